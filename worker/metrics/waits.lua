-- What waits for an answer. Changes nothing in the record. Needs fence.lua, due.lua and record.lua.

-- When the oldest message was stored that the AI is to answer; nil when there is none, or when an answer is being
-- sent: that waits for its number, and no process more would hasten it.
local function waiting_since(prefix, organization, chat, at)
  local key = conversation_key(prefix, organization, chat)
  local record = redis.call("HMGET", key, "state", "givenUp")
  if record[1] ~= "waiting" and record[1] ~= "thinking" then return nil end
  -- The senders of the first ones were told that no answer comes.
  local message = redis.call("LINDEX", key .. ":in", record[2] or 0)
  return message and cjson.decode(message).received or at
end

-- Whether a member of `due` names a chat; what else there is, conversation/keys.ts says.
local function is_conversation(member)
  return member ~= "bulk" and member ~= "notices" and not string.find(member, "^run:")
end

-- Whoever waits is looked at again within an hour, which is as long as their patience and any back-off can be. What is due
-- later are runs of automations: there may be so many of them that to read them all would hold up everybody. In ms.
local AHEAD_MS = 2 * 3600 * 1000

-- Conversations that wait, and for how many ms the oldest of them has, in the shards of which `counts(lease)` is true.
local function waits(prefix, leases_key, at, counts)
  local conversations, oldest, ahead = 0, at, string.format("%.0f", at + AHEAD_MS)
  local shards = redis.call("SMEMBERS", due_shards_key(prefix))
  local leases = #shards > 0 and redis.call("HMGET", leases_key, unpack(shards)) or {}
  for index, shard in ipairs(shards) do
    if counts(leases[index]) then
      for _, member in ipairs(redis.call("ZRANGEBYSCORE", due_key(prefix, shard), "-inf", ahead)) do
        local organization, chat = string.match(member, "^(%S+) (.*)$")
        local since = is_conversation(chat) and waiting_since(prefix, organization, chat, at)
        if since then
          conversations = conversations + 1
          oldest = math.min(oldest, since)
        end
      end
    end
  end
  return conversations, at - oldest
end

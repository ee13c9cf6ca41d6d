-- What waits for an answer in the shards of a fleet, for whoever of it asks first in an interval. Changes nothing in
-- the record. Needs fence.lua, due.lua and record.lua.
-- KEYS: leases, measured. ARGV: prefix, fleet, interval (ms) → JSON: {at} or {at, conversations, oldestMs}
local prefix, fleet, interval = ARGV[1], ARGV[2], tonumber(ARGV[3])
local at = now()

local number = string.format("%.0f", math.floor(at / interval))
if redis.call("SET", KEYS[2], number, "GET", "PX", 2 * interval) == number then return cjson.encode({ at = at }) end

-- Whose a shard is. One that nobody holds counts for every fleet: any could be the next to take it.
local fleets = {}
local function of_fleet(lease)
  local owner, expiry = string.match(lease or "", "^(%S+) %d+ (%d+)$")
  if not owner or owner == "-" or tonumber(expiry) <= at then return true end
  if fleets[owner] == nil then
    fleets[owner] = redis.call("HGET", prefix .. ":process:" .. owner, "fleet") or fleet
  end
  return fleets[owner] == fleet
end

-- When the oldest message was stored that the AI is to answer; nil when there is none, or when an answer is being
-- sent: that waits for its number, and no process more would hasten it.
local function waiting_since(organization, chat)
  local key = conversation_key(prefix, organization, chat)
  local record = redis.call("HMGET", key, "state", "givenUp")
  if record[1] ~= "waiting" and record[1] ~= "thinking" then return nil end
  -- The senders of the first ones were told that no answer comes.
  local message = redis.call("LINDEX", key .. ":in", record[2] or 0)
  return message and cjson.decode(message).received or at
end

local conversations, oldest = 0, at
local shards = redis.call("SMEMBERS", due_shards_key(prefix))
local leases = #shards > 0 and redis.call("HMGET", KEYS[1], unpack(shards)) or {}
for index, shard in ipairs(shards) do
  if of_fleet(leases[index]) then
    for _, member in ipairs(redis.call("ZRANGE", due_key(prefix, shard), 0, -1)) do
      local since = waiting_since(string.match(member, "^(%S+) (.*)$"))
      if since then
        conversations = conversations + 1
        oldest = math.min(oldest, since)
      end
    end
  end
end
return cjson.encode({ at = at, conversations = conversations, oldestMs = at - oldest })

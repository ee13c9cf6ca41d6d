-- Forgets a contact where it takes more than to leave something out: the conversation and when to look at it, what waits in
-- lanes with the counts of its campaigns, who wants nothing, and what is known of the contact.
-- {organization, chats: string[], numbers: string[], digests: string[], at (s)} → how many keys, and parts that waited in lanes, that were
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local shard, prefix, item = ARGV[1], ARGV[4], cjson.decode(ARGV[5])
local organization, time = item.organization, now()
local erased = {}
for _, name in ipairs(item.chats) do erased[name] = true end
for _, name in ipairs(item.numbers) do erased[name] = true end

-- Turns of conversations that begin from here on count from here: their phones have seen the ids of those before.
redis.call("SET", prefix .. ":erased", string.format("%.0f", math.max(item.at, first_turn(prefix) + 1)))

local opt_outs, unwanted = opt_outs_key(prefix, organization), false
for name in pairs(erased) do
  if redis.call("SREM", opt_outs, name) == 1 then unwanted = true end
end
if unwanted then redis.call("SADD", erased_opt_outs_key(prefix, organization), unpack(item.digests)) end

local gone = 0
for _, chat in ipairs(item.chats) do
  local key = conversation_key(prefix, organization, chat)
  gone = gone + redis.call("DEL", key, key .. ":in", key .. ":out", key .. ":history", key .. ":failed")
  look_again(prefix, shard, organization .. " " .. chat, nil)
  gone = gone + redis.call("DEL", contact_key(prefix, organization, chat))
  redis.call("ZREM", chats_key(prefix, organization), chat)
  redis.call("ZREM", handed_key(prefix, organization), chat)
end
if #item.numbers > 0 then redis.call("HDEL", numbers_key(prefix, organization), unpack(item.numbers)) end

-- Lists of conversations to take up again name people: the next ones come without them.
redis.call("DEL", prefix .. ":opportunities:" .. organization)
local notices = prefix .. ":notices:" .. organization
for _, encoded in ipairs(redis.call("LRANGE", notices, 0, -1)) do
  if string.sub(cjson.decode(encoded).id, 1, 14) == "opportunities-" then redis.call("LREM", notices, 0, encoded) end
end

local function drop_from(list)
  local dropped = 0
  for _, encoded in ipairs(redis.call("LRANGE", list, 0, -1)) do
    local part = cjson.decode(encoded)
    if erased[part.chat] or erased[part.number] then dropped = dropped + redis.call("LREM", list, 1, encoded) end
  end
  return dropped
end

local function drop_from_lane(lane)
  local key = lane_key(prefix, organization, lane)
  return drop_from(key) + drop_from(key .. ":later")
end

local waited = drop_from_lane("campaign") + drop_from_lane("automation")
for _, campaign in ipairs(redis.call("ZRANGE", campaigns_key(prefix, organization), 0, -1)) do
  local dropped = drop_from_lane("campaign:" .. campaign)
  if dropped > 0 then
    count_campaign(prefix, organization, campaign, "skipped", dropped)
    end_if_done(prefix, shard, organization, campaign, time)
  end
  waited = waited + dropped
end
return gone + waited

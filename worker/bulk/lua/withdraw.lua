-- Not fenced: it only takes back. Parts of a run that are in no outbox yet are dropped.
-- shard, prefix, {organization, lane, run} → how many
local prefix = ARGV[2]
local item = cjson.decode(ARGV[3])
local key, dropped = lane_key(prefix, item.organization, item.lane), 0
for _, list in ipairs({ key, key .. ":later" }) do
  for _, encoded in ipairs(redis.call("LRANGE", list, 0, -1)) do
    if cjson.decode(encoded).run == item.run then dropped = dropped + redis.call("LREM", list, 1, encoded) end
  end
end
return dropped

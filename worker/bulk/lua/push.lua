-- Not fenced: any process may, since nothing is sent by it.
-- shard, prefix, {organization, lane, parts: {ref, encoded}[]} → "queued" or "repeated" for each
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local key, outcomes, queued = lane_key(prefix, item.organization, item.lane), {}, false
for index, part in ipairs(item.parts) do
  local once = queued_key(prefix, item.organization, item.lane .. ":" .. part.ref)
  local new = redis.call("SET", once, 1, "NX", "EX", SENT_SECONDS)
  if new then
    redis.call("RPUSH", key, part.encoded)
    queued = true
  end
  outcomes[index] = new and "queued" or "repeated"
end
if queued then
  -- Also where all the others in it wait for another day.
  redis.call("ZADD", lanes_key(prefix, item.organization), "LT", string.format("%.0f", now()), item.lane)
  plan_bulk(prefix, shard, item.organization)
end
return outcomes

-- One write of a WhatsApp session: ratchet steps, credentials, and what was decrypted in those steps.
-- KEYS: leases, credentials, Signal keys. ARGV: shard, owner, epoch, prefix, step (JSON).
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end

local step = cjson.decode(ARGV[5])
if step.credentials then redis.call("SET", KEYS[2], step.credentials) end
for _, change in ipairs(step.keys) do
  if change[2] then
    redis.call("HSET", KEYS[3], change[1], change[2])
  else
    redis.call("HDEL", KEYS[3], change[1])
  end
end

local results = {}
for index, item in ipairs(step.inbound) do
  results[index] = receive(ARGV[4], ARGV[1], item)
end
return results

-- Gives shards back, for a process whose sockets are closed. Needs fence.lua.
-- KEYS: leases, slots, process. ARGV: process, slot, 1 if the process leaves, then shard and epoch by turns.
for index = 4, #ARGV, 2 do
  local owner, epoch = lease_of(KEYS[1], ARGV[index])
  -- The epoch stays, so that the next one is larger.
  if owner == ARGV[1] and epoch == ARGV[index + 1] then redis.call("HSET", KEYS[1], ARGV[index], "- " .. epoch .. " 0") end
end
if ARGV[3] == "1" then
  if redis.call("HGET", KEYS[2], ARGV[2]) == ARGV[1] then redis.call("HDEL", KEYS[2], ARGV[2]) end
  redis.call("DEL", KEYS[3])
end
return redis.call("HKEYS", KEYS[2])

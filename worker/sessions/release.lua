-- Gives back all that a process holds, also what it does not know of yet, and its slot; its sockets are closed.
-- Needs parts.lua.
-- KEYS: leases, slots, process, what it shares by. ARGV: process, slot, then by turns a shard that has organizations and their number.
-- Returns the slots of the others.
local leases, writes, organizations = hash_of(KEYS[1]), {}, {}
for index = 3, #ARGV, 2 do organizations[ARGV[index]] = ARGV[index + 1] end
for shard in pairs(leases) do
  local owner, epoch = parsed(leases, shard)
  if owner == ARGV[1] then
    writes[#writes + 1] = shard
    -- The epoch stays, so that the next one is larger. Who takes them is told how many organizations come with it.
    writes[#writes + 1] = "- " .. epoch .. " " .. (organizations[shard] or "0")
  end
end
if #writes > 0 then redis.call("HSET", KEYS[1], unpack(writes)) end
if redis.call("HGET", KEYS[2], ARGV[2]) == ARGV[1] then redis.call("HDEL", KEYS[2], ARGV[2]) end
redis.call("DEL", KEYS[3], KEYS[4])
return redis.call("HKEYS", KEYS[2])

-- What one look came to: how the rules stand, and what is to be told. Needs nothing.
-- KEYS: alerts, outgoing. ARGV: round, state (JSON), id, event (JSON), … → 1, or 0 when a later look came first
if redis.call("HGET", KEYS[1], "round") ~= ARGV[1] then return 0 end
redis.call("HSET", KEYS[1], "state", ARGV[2])
-- One by one: there is no end to how many organizations there may be, and one to what `unpack` takes.
for index = 3, #ARGV, 2 do redis.call("HSET", KEYS[2], ARGV[index], ARGV[index + 1]) end
return 1

-- A bucket of tokens: it holds `capacity` and fills at `rate` a second. Stored is only when it will be full again (ms).
-- Needs fence.lua. KEYS: the bucket. ARGV: wanted, capacity, rate
-- → {tokens that are out afterwards, 0}; where there are too few, nothing is taken: {capacity + 1, ms until there are enough}
local wanted, capacity, each = tonumber(ARGV[1]), tonumber(ARGV[2]), 1000 / tonumber(ARGV[3])
local time = now()
local full = math.max(tonumber(redis.call("GET", KEYS[1]) or 0), time) + wanted * each
local missing = full - time - capacity * each
-- A token's thousandth: the clock has whole ms, and a caller must not come back for what it has waited for already.
if missing > each / 1000 then return { capacity + 1, math.ceil(missing) } end
redis.call("SET", KEYS[1], string.format("%.3f", full), "PX", math.ceil(full - time))
return { math.min(capacity, math.ceil((full - time) / each)), 0 }

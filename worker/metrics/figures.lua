-- What is known of a deployment as a whole, for whoever asks. Needs deployment.lua and what that needs.
-- KEYS: leases. ARGV: prefix, shards → JSON: what `deployment` returns, and of each queue also {delayed, active, failed}
local prefix = ARGV[1]
local figures = deployment(prefix, KEYS[1], tonumber(ARGV[2]), now())
for name, queue in pairs(figures.queues) do
  local key = prefix .. ":" .. name
  queue.delayed = redis.call("ZCARD", key .. ":delayed")
  queue.active = redis.call("LLEN", key .. ":active")
  queue.failed = redis.call("ZCARD", key .. ":failed")
end
return cjson.encode(figures)

-- One process's look at the deployment. The first one of each interval is told what is to be judged. Needs deployment.lua
-- and what that needs.
-- KEYS: leases, alerts, reports, outgoing. ARGV: prefix, shards, interval (ms), process, report (JSON), budgets (JSON:
-- [[organization, day], …]), queues (JSON: names)
-- → JSON: {at, doubtful: [[waiting, paused], …]}, and for the first one {before (ms), state (JSON), silences, reports,
-- figures, info, evicted (of the look before), spent: [micro USD, …], outgoing, health}
local prefix, interval = ARGV[1], tonumber(ARGV[3])
local alerts, reports = KEYS[2], KEYS[3]
local at = now()
local result = { at = at, doubtful = {} }

for index, name in ipairs(cjson.decode(ARGV[7])) do
  result.doubtful[index] = { queue_waiting(prefix, name, at), queue_paused(prefix, name) }
end
redis.call("HSET", reports, ARGV[4], string.format("%.0f", at) .. " " .. ARGV[5])

local round = math.floor(at / interval)
local last = tonumber(redis.call("HGET", alerts, "round") or 0)
if last >= round then return cjson.encode(result) end

result.before = last * interval
result.reports = {}
local told = redis.call("HGETALL", reports)
for index = 1, #told, 2 do
  local when, report = string.match(told[index + 1], "^(%d+) (.*)$")
  -- Of a process that is gone, or does not get through.
  if tonumber(when) < at - 2.5 * interval then
    redis.call("HDEL", reports, told[index])
  else
    result.reports[#result.reports + 1] = report
  end
end

-- What a host does not let be asked is not known.
local info = redis.pcall("INFO")
local function field(name)
  return type(info) == "string" and tonumber(string.match(info, name .. ":(%d+)"))
end
result.info = { used = field("used_memory"), limit = field("maxmemory"), evicted = field("evicted_keys") }

result.silences = {}
local kept = redis.call("HGETALL", alerts)
for index = 1, #kept, 2 do
  local name, value = kept[index], kept[index + 1]
  local silence = string.match(name, "^silence (.*)$")
  if silence and tonumber(value) <= at then
    redis.call("HDEL", alerts, name)
  elseif silence then
    result.silences[silence] = tonumber(value)
  elseif name == "state" or name == "evicted" then
    result[name] = value
  end
end

result.spent = {}
for index, budget in ipairs(cjson.decode(ARGV[6])) do
  result.spent[index] = tonumber(redis.call("HGET", day_key(prefix, budget[1], budget[2]), "aiMicroUsd") or 0)
end
result.figures = deployment(prefix, KEYS[1], tonumber(ARGV[2]), at)
result.health = {}
local health = redis.call("HVALS", prefix .. ":health")
for index, found in ipairs(health) do result.health[index] = found end
result.outgoing = {}
local outgoing = redis.call("HGETALL", KEYS[4])
for index = 1, #outgoing, 2 do result.outgoing[#result.outgoing + 1] = outgoing[index + 1] end

redis.call("HSET", alerts, "round", string.format("%.0f", round), "evicted", result.info.evicted or "")
return cjson.encode(result)

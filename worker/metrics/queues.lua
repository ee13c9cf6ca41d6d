-- What stands in BullMQ's queues. Needs fence.lua.

-- In a queue of this name: jobs that could be taken now; those whose time has come and that nobody promoted are among
-- them.
local function queue_waiting(prefix, name, at)
  local key = prefix .. ":" .. name
  return redis.call("LLEN", key .. ":wait")
    + redis.call("ZCARD", key .. ":prioritized")
    + redis.call("ZCOUNT", key .. ":delayed", "-inf", string.format("%.0f", at * 0x1000))
end

local function queue_paused(prefix, name)
  return redis.call("HEXISTS", prefix .. ":" .. name .. ":meta", "paused") == 1
end

-- Ms for which the job that would be taken next has been there; nil where none waits.
local function queue_oldest(prefix, name, at)
  local key = prefix .. ":" .. name
  local id = redis.call("LINDEX", key .. ":wait", -1) or redis.call("ZRANGE", key .. ":prioritized", 0, 0)[1]
  local added = id and redis.call("HGET", key .. ":" .. id, "timestamp")
  return added and math.max(0, at - tonumber(added))
end

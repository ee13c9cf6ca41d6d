-- What stands in BullMQ's queues. Needs fence.lua.

-- In a queue of this name: jobs that could be taken now; those whose time has come and that nobody promoted are among
-- them.
local function queue_waiting(prefix, name, at)
  local key = prefix .. ":" .. name
  local wait, prioritized, delayed = key .. ":wait", key .. ":prioritized", key .. ":delayed"
  -- Mostly there is nothing, and one command says so.
  if redis.call("EXISTS", wait, prioritized, delayed) == 0 then return 0 end
  return redis.call("LLEN", wait)
    + redis.call("ZCARD", prioritized)
    + redis.call("ZCOUNT", delayed, "-inf", string.format("%.0f", at * 0x1000))
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

-- What is known of a deployment as a whole. Changes nothing. Needs waits.lua, queues.lua and what those need.

local SHARED_QUEUES = { "campaign", "automation", "cron" }

-- Of all processes: {at, conversations, oldestMs, queues: {name → {waiting, oldestMs, delayed, active, failed}},
-- sessions: {organization → JSON}, freeShards}
local function deployment(prefix, leases_key, shards, at)
  local conversations, oldest = waits(prefix, leases_key, at, function() return true end)
  local queues = {}
  for _, name in ipairs(SHARED_QUEUES) do
    local key = prefix .. ":" .. name
    queues[name] = {
      waiting = queue_waiting(prefix, name, at),
      oldestMs = queue_oldest(prefix, name, at) or 0,
      delayed = redis.call("ZCARD", key .. ":delayed"),
      active = redis.call("LLEN", key .. ":active"),
      failed = redis.call("ZCARD", key .. ":failed"),
    }
  end
  local sessions, listed = {}, redis.call("HGETALL", prefix .. ":sessions")
  for index = 1, #listed, 2 do sessions[listed[index]] = listed[index + 1] end
  local free = shards
  for _, lease in ipairs(redis.call("HVALS", leases_key)) do
    local owner, expiry = string.match(lease, "^(%S+) %d+ (%d+)$")
    if owner and owner ~= "-" and tonumber(expiry) > at then free = free - 1 end
  end
  return {
    at = at, conversations = conversations, oldestMs = oldest, queues = queues, sessions = sessions, freeShards = free,
  }
end

-- What is known of a deployment as a whole. Changes nothing. Needs waits.lua, queues.lua and what those need.

local SHARED_QUEUES = { "campaign", "automation", "cron" }

-- Of all processes: {at, conversations, oldestMs, queues: {name → {waiting, oldestMs}},
-- bulk: {parts, paused: {organization → reason}}, sessions: {organization → JSON}, freeShards}
local function deployment(prefix, leases_key, shards, at)
  local bulk = { parts = 0, paused = {} }
  local function look_at_bulk(organization, member)
    if member ~= "bulk" then return end
    local paused = redis.call("HMGET", bulk_key(prefix, organization), "pausedUntil", "pausedBy")
    if paused[1] and tonumber(paused[1]) > at then bulk.paused[organization] = paused[2] or "refused" end
    for _, lane in ipairs(redis.call("ZRANGE", lanes_key(prefix, organization), 0, -1)) do
      bulk.parts = bulk.parts + redis.call("LLEN", lane_key(prefix, organization, lane))
    end
  end
  local conversations, oldest = waits(prefix, leases_key, at, function() return true end, look_at_bulk)
  local queues = {}
  for _, name in ipairs(SHARED_QUEUES) do
    local waiting = queue_waiting(prefix, name, at)
    queues[name] = { waiting = waiting, oldestMs = waiting > 0 and queue_oldest(prefix, name, at) or 0 }
  end
  local sessions, listed = {}, redis.call("HGETALL", prefix .. ":sessions")
  for index = 1, #listed, 2 do sessions[listed[index]] = listed[index + 1] end
  local free = shards
  for _, lease in ipairs(redis.call("HVALS", leases_key)) do
    local owner, expiry = string.match(lease, "^(%S+) %d+ (%d+)$")
    if owner and owner ~= "-" and tonumber(expiry) > at then free = free - 1 end
  end
  return {
    at = at, conversations = conversations, oldestMs = oldest, queues = queues, bulk = bulk, sessions = sessions,
    freeShards = free,
  }
end

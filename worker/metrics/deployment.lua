-- What is known of a deployment as a whole. Changes nothing. Needs waits.lua, queues.lua and what those need.

local SHARED_QUEUES = { "campaign", "automation", "cron" }

-- Organizations whose lanes are asked for at once: mostly none of them has any.
local ASKED_AT_ONCE = 200

-- What goes to many, of all organizations: {parts, paused: {organization → reason}}
local function bulk_of(prefix, at)
  local bulk = { parts = 0, paused = {} }
  local organizations = redis.call("HKEYS", prefix .. ":organizations")
  for first = 1, #organizations, ASKED_AT_ONCE do
    local last, keys = math.min(first + ASKED_AT_ONCE - 1, #organizations), {}
    for index = first, last do keys[#keys + 1] = lanes_key(prefix, organizations[index]) end
    local asked = redis.call("EXISTS", unpack(keys)) > 0 and last or 0
    for index = first, asked do
      local organization = organizations[index]
      local lanes = redis.call("ZRANGE", keys[index - first + 1], 0, -1)
      local paused = #lanes > 0 and redis.call("HMGET", bulk_key(prefix, organization), "pausedUntil", "pausedBy") or {}
      if paused[1] and tonumber(paused[1]) > at then bulk.paused[organization] = paused[2] or "refused" end
      for _, lane in ipairs(lanes) do
        bulk.parts = bulk.parts + redis.call("LLEN", lane_key(prefix, organization, lane))
      end
    end
  end
  return bulk
end

-- Of all processes: {at, conversations, oldestMs, queues: {name → {waiting, oldestMs}},
-- bulk: {parts, paused: {organization → reason}}, sessions: {organization → JSON}, freeShards}
local function deployment(prefix, leases_key, shards, at)
  local bulk = bulk_of(prefix, at)
  local conversations, oldest = waits(prefix, leases_key, at, function() return true end)
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

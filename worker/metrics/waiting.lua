-- What waits for an answer in the shards of a fleet, for whoever of it asks first in an interval. Needs waits.lua and
-- what that needs.
-- KEYS: leases, measured. ARGV: prefix, fleet, interval (ms) → JSON: {at} or {at, conversations, oldestMs}
local prefix, fleet, interval = ARGV[1], ARGV[2], tonumber(ARGV[3])
local at = now()

local number = string.format("%.0f", math.floor(at / interval))
if redis.call("SET", KEYS[2], number, "GET", "PX", 2 * interval) == number then return cjson.encode({ at = at }) end

-- Whose a shard is. One that nobody holds counts for every fleet: any could be the next to take it.
local fleets = {}
local function of_fleet(lease)
  local owner, expiry = string.match(lease or "", "^(%S+) %d+ (%d+)$")
  if not owner or owner == "-" or tonumber(expiry) <= at then return true end
  if fleets[owner] == nil then
    fleets[owner] = redis.call("HGET", prefix .. ":process:" .. owner, "fleet") or fleet
  end
  return fleets[owner] == fleet
end

local conversations, oldest = waits(prefix, KEYS[1], at, of_fleet)
return cjson.encode({ at = at, conversations = conversations, oldestMs = oldest })

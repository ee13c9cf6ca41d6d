-- What an organization's number is to tell its own people. Needs record.lua.

-- More than this wait only where a number is away for long: the oldest are of no use any more.
local NOTICES_MAX = 100
-- After all of them are out of date they are kept for so long.
local UNTOLD_MS = 24 * 3600 * 1000

-- List of an organization: {id, body (sealed number and text), ends (ms)}, oldest first.
local function notices_key(prefix, organization)
  return prefix .. ":notices:" .. organization
end

-- Hash: organization → {scheduled job: the last local day (YYYY-MM-DD) for which it was done}. One for all, to be read at once.
local function done_key(prefix)
  return prefix .. ":done"
end

-- Notes that a job is done for a day; false when it was, for this day or a later one.
local function conclude(prefix, organization, job, day)
  local done = cjson.decode(redis.call("HGET", done_key(prefix), organization) or "{}")
  if done[job] and done[job] >= day then return false end
  done[job] = day
  redis.call("HSET", done_key(prefix), organization, cjson.encode(done))
  return true
end

local function look_for_notices(prefix, shard, organization, at)
  look_again(prefix, shard, organization .. " notices", at)
end

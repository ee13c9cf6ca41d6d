-- What an organization's number is to tell its own people. Needs record.lua.

-- More than this wait only where a number is away for long: the oldest are of no use any more.
local NOTICES_MAX = 100

-- List of an organization: {id, body (sealed number and text), ends (ms)}, oldest first.
local function notices_key(prefix, organization)
  return prefix .. ":notices:" .. organization
end

-- Hash of an organization: scheduled job → the last day (YYYY-MM-DD) for which it was done.
local function done_key(prefix, organization)
  return prefix .. ":done:" .. organization
end

local function look_for_notices(prefix, shard, organization, at)
  look_again(prefix, shard, organization .. " notices", at)
end

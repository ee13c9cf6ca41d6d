-- What TIME says, in ms.
local function ms_of(time)
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Store time in ms. TIME is the one clock that all processes share.
local function now()
  return ms_of(redis.call("TIME"))
end

-- Who owns a shard: owner, epoch (decimal digits), expiry (ms). An owner of "-" has released it; parts.lua.
local function lease_of(leases, shard)
  local lease = redis.call("HGET", leases, shard)
  if not lease then return nil end
  return string.match(lease, "^(%S+) (%d+) (%d+)$")
end

-- A write is permitted only to the owner of the shard, under its epoch, before the expiry.
-- No lease, another's lease and an expired lease all permit nothing.
local function permitted(leases, shard, owner, epoch)
  local holder, current, expiry = lease_of(leases, shard)
  return holder == owner and current == epoch and tonumber(expiry) > now()
end

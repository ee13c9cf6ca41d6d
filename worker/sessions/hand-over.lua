-- Hands shards over to the equals of a process that have too few, for a process whose sockets of them are closed. They
-- are another's at once: free for a moment, a process of another release that only waits could take them.
-- Needs fence.lua, epoch.lua and parts.lua.
-- KEYS: leases, slots. ARGV: prefix, process, fleet, place, image, shards, then shard and epoch by turns.
-- Returns the slots of those that got any.
local prefix, process, shards = ARGV[1], ARGV[2], tonumber(ARGV[6])
local leases, slots, given = hash_of(KEYS[1]), hash_of(KEYS[2]), {}
for index = 7, #ARGV, 2 do
  local shard, held = ARGV[index], ARGV[index + 1]
  local owner, epoch = parsed(leases, shard)
  if owner == process and epoch == held then
    given[#given + 1] = { shard = shard, epoch = epoch }
    leases[shard] = "- " .. epoch .. " 0"
  end
end
if #given == 0 then return {} end

local clock = redis.call("TIME")
local at, time = ms_of(clock), micros_of(clock)
local shares = shares_of(ARGV[3], ARGV[4], ARGV[5])
local equals = equals_of(prefix, slots, process, shares)
-- The one that gives gets back what nobody needs any more, unless it is about to stop or was away for too long.
if redis.call("GET", shares_key(prefix, process)) == shares then
  for slot, id in pairs(slots) do
    if id == process then equals[#equals + 1] = { id = id, slot = tonumber(slot) } end
  end
end
share_out(equals, leases, shards, at)

-- What a process gets ends with what else it holds, be its leases longer or shorter than those of the one that gives:
-- should it be gone already, nobody waits for that twice.
local ends = {}
local function end_of(equal)
  ends[equal.id] = ends[equal.id]
    or string.format("%.0f", at + math.max(0, redis.call("PTTL", shares_key(prefix, equal.id))))
  return ends[equal.id]
end

local writes, told = {}, {}
for _, each in ipairs(given) do
  local neediest
  for _, equal in ipairs(equals) do
    if not neediest or equal.part - equal.held > neediest.part - neediest.held then neediest = equal end
  end
  -- The epoch stays with what nobody gets, so that the next one is larger.
  local lease = leases[each.shard]
  if neediest then
    lease = neediest.id .. " " .. next_epoch(each.epoch, time) .. " " .. end_of(neediest)
    neediest.held = neediest.held + 1
    told[neediest.slot] = true
  end
  writes[#writes + 1] = each.shard
  writes[#writes + 1] = lease
end
redis.call("HSET", KEYS[1], unpack(writes))

local receivers = {}
for slot in pairs(told) do receivers[#receivers + 1] = tostring(slot) end
return receivers

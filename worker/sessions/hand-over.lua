-- Hands shards over to the equals of a process that have too few, for a process whose sockets of them are closed. They
-- are another's at once: free for a moment, a process of another release that only waits could take them.
-- Needs fence.lua, epoch.lua and parts.lua.
-- KEYS: leases, slots. ARGV: prefix, process, shards, then shard and epoch by turns.
-- Returns the slots of those that got any. The one that gives is an equal too: it gets back what nobody needs any more.
local prefix, process, shards = ARGV[1], ARGV[2], tonumber(ARGV[3])
local leases, slots, given = hash_of(KEYS[1]), hash_of(KEYS[2]), {}
for index = 4, #ARGV, 2 do
  local shard, held = ARGV[index], ARGV[index + 1]
  local owner, epoch = parsed(leases, shard)
  if owner == process and epoch == held then
    given[#given + 1] = { shard = shard, epoch = epoch }
    leases[shard] = "- " .. epoch .. " 0"
  end
end
if #given == 0 then return {} end

local own = described(prefix, process)
local equals = equals_of(prefix, slots, own)
if own.takes then
  for slot, id in pairs(slots) do
    if id == process then own.slot = tonumber(slot) end
  end
  if own.slot then equals[#equals + 1] = own end
end
local at = now()
share_out(equals, leases, shards, at)

-- What a process gets ends with what else it holds, be its leases longer or shorter than those of the one that gives:
-- should it be gone already, nobody waits for that twice.
local ends = {}
local function end_of(equal)
  ends[equal.id] = ends[equal.id]
    or string.format("%.0f", at + math.max(0, redis.call("PTTL", prefix .. ":process:" .. equal.id)))
  return ends[equal.id]
end

local writes, told, time = {}, {}, micros()
for _, each in ipairs(given) do
  local neediest
  for _, equal in ipairs(equals) do
    if not neediest or equal.part - equal.held > neediest.part - neediest.held then neediest = equal end
  end
  -- The epoch stays with what nobody gets, so that the next one is larger.
  local lease = "- " .. each.epoch .. " 0"
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

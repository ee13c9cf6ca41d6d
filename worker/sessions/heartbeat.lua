-- One beat of a process: it claims or keeps its slot, renews the leases it holds, takes what is free of its part, and
-- learns what is due in its shards, what operators ask for, whether settings changed, and how many shards it holds beyond its part.
-- Needs fence.lua, due.lua, epoch.lua and parts.lua.
-- KEYS: leases, slots, process, requests.
-- ARGV: prefix, process, fleet, version, lease (ms), shards, 1 to take free shards, due limit,
-- 1 if the process has cut its sockets: what it held is free then, also for itself under a new epoch,
-- place, image
local prefix, process, ttl, shards = ARGV[1], ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[6])
local takes, renounced = ARGV[7] == "1", ARGV[9] == "1"
local clock = redis.call("TIME")
local at, time = ms_of(clock), micros_of(clock)

local slots = hash_of(KEYS[2])
local slot
for number, holder in pairs(slots) do
  if holder == process then slot = number end
end
-- Who is here for the first time may end as soon as it has begun: no number is moved to it before it has come back.
local back = slot ~= nil
if not slot then
  local number = 0
  while true do
    local holder = slots[tostring(number)]
    if not holder or redis.call("EXISTS", prefix .. ":process:" .. holder) == 0 then break end
    number = number + 1
  end
  slot = tostring(number)
  slots[slot] = process
  redis.call("HSET", KEYS[2], slot, process)
end
redis.call(
  "HSET", KEYS[3], "fleet", ARGV[3], "slot", slot, "version", ARGV[4], "heartbeat", string.format("%.0f", at),
  "place", ARGV[10], "image", ARGV[11]
)
redis.call("PEXPIRE", KEYS[3], ttl)
local shares = shares_of(ARGV[3], ARGV[10], ARGV[11])
if takes and back then
  redis.call("SET", shares_key(prefix, process), shares, "PX", ttl)
else
  redis.call("DEL", shares_key(prefix, process))
end

local leases, writes = hash_of(KEYS[1]), {}
local function write(shard, owner, epoch, ends)
  leases[tostring(shard)] = owner .. " " .. epoch .. " " .. ends
  writes[#writes + 1] = tostring(shard)
  writes[#writes + 1] = leases[tostring(shard)]
end

-- A process that was killed says no end of its sessions: the beat before its leases ran out is the last that is known.
local heard = {}
local function remember(owner, ends)
  if owner == "-" or owner == process or heard[owner] then return end
  heard[owner] = true
  redis.call("SET", prefix .. ":heard:" .. owner, string.format("%.0f", ends - ttl), "PX", 86400000)
end

if renounced then
  for shard = 0, shards - 1 do
    local owner, epoch = parsed(leases, shard)
    if owner == process then write(shard, "-", epoch, 0) end
  end
end

local room, over = 0, 0
if takes then
  local own = { id = process, slot = tonumber(slot) }
  local equals = equals_of(prefix, slots, process, shares)
  equals[#equals + 1] = own
  share_out(equals, leases, shards, at)
  room, over = math.max(0, own.part - own.held), math.max(0, own.held - own.part)
end

local expiry = string.format("%.0f", at + ttl)
local held, owned, free = {}, {}, {}
local function hold(shard, epoch)
  held[#held + 1] = { shard, epoch }
  owned[#owned + 1] = shard
  write(shard, process, epoch, expiry)
end
for shard = 0, shards - 1 do
  local owner, epoch, ends = parsed(leases, shard)
  if is_free(owner, ends, at) then
    local organizations = owner == "-" and tonumber(ends) or 0
    free[#free + 1] = { shard = shard, owner = owner, epoch = epoch, ends = tonumber(ends), organizations = organizations }
  elseif owner == process then
    hold(shard, epoch)
  end
end
-- Spread over what is free, so that whoever takes the rest gets as many organizations, where their number is known.
table.sort(free, function(a, b)
  if a.organizations ~= b.organizations then return a.organizations > b.organizations end
  return a.shard < b.shard
end)
room = math.min(room, #free)
for index, each in ipairs(free) do
  if math.floor(index * room / #free) > math.floor((index - 1) * room / #free) then
    remember(each.owner, each.ends)
    hold(each.shard, next_epoch(each.epoch, time))
  end
end
if #writes > 0 then redis.call("HSET", KEYS[1], unpack(writes)) end

return cjson.encode({
  slot = slot,
  held = held,
  over = over,
  due = due_of(prefix, owned, tonumber(ARGV[8]), function() return true end),
  requests = redis.call("HGETALL", KEYS[4]),
  settings = redis.call("GET", prefix .. ":organizations:version") or "0",
})

-- One beat of a process: it claims or keeps its slot, renews the leases it holds, takes what is free, and
-- learns what is due in its shards and what operators ask for. Needs fence.lua and due.lua.
-- KEYS: leases, slots, process, requests.
-- ARGV: prefix, process, fleet, version, lease (ms), slot held before or "", shards, 1 to take free shards, due limit,
-- 1 if the process has cut its sockets: what it held is free then, also for itself under a new epoch,
-- place, image
local prefix, process, ttl, shards = ARGV[1], ARGV[2], tonumber(ARGV[5]), tonumber(ARGV[7])
local time = redis.call("TIME")
local micros = time[1] .. string.rep("0", 6 - #time[2]) .. time[2]
local at = now()

-- Decimal digits as text: as numbers, Lua would print them without their last digits.
local function larger(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end

local function next_epoch(previous)
  local following = string.format("%.0f", tonumber(previous) + 1)
  return larger(following, micros) and following or micros
end

local slot = ARGV[6]
if slot == "" or redis.call("HGET", KEYS[2], slot) ~= process then
  local number = 0
  while true do
    local holder = redis.call("HGET", KEYS[2], number)
    if not holder or redis.call("EXISTS", prefix .. ":process:" .. holder) == 0 then break end
    number = number + 1
  end
  slot = tostring(number)
  redis.call("HSET", KEYS[2], slot, process)
end
redis.call(
  "HSET", KEYS[3], "fleet", ARGV[3], "slot", slot, "version", ARGV[4], "heartbeat", string.format("%.0f", at),
  "place", ARGV[11], "image", ARGV[12]
)
redis.call("PEXPIRE", KEYS[3], ttl)

local leases = {}
local all = redis.call("HGETALL", KEYS[1])
for index = 1, #all, 2 do leases[all[index]] = all[index + 1] end

-- A process that was killed says no end of its sessions: the beat before its leases ran out is the last that is known.
local heard = {}
local function remember(owner, ends)
  if owner == "-" or owner == process or heard[owner] then return end
  heard[owner] = true
  redis.call("SET", prefix .. ":heard:" .. owner, string.format("%.0f", ends - ttl), "PX", 86400000)
end

local expiry = string.format("%.0f", at + ttl)
local held, owned, writes = {}, {}, {}
for shard = 0, shards - 1 do
  local owner, epoch, ends = string.match(leases[tostring(shard)] or "- 0 0", "^(%S+) (%d+) (%d+)$")
  local expired = tonumber(ends) <= at
  local renounced = owner == process and ARGV[10] == "1"
  if renounced then owner = "-" end
  local mine = owner == process and not expired
  if not mine and (owner == "-" or expired) and ARGV[8] == "1" then
    remember(owner, tonumber(ends))
    epoch = next_epoch(epoch)
    mine = true
  end
  if mine then
    held[#held + 1] = { shard, epoch }
    owned[#owned + 1] = shard
    writes[#writes + 1] = tostring(shard)
    writes[#writes + 1] = process .. " " .. epoch .. " " .. expiry
  elseif renounced then
    writes[#writes + 1] = tostring(shard)
    writes[#writes + 1] = "- " .. epoch .. " 0"
  end
end
if #writes > 0 then redis.call("HSET", KEYS[1], unpack(writes)) end

return cjson.encode({
  slot = slot,
  held = held,
  due = due_of(prefix, owned, tonumber(ARGV[9]), function() return true end),
  requests = redis.call("HGETALL", KEYS[4]),
})

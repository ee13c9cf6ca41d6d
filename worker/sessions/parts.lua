-- Which part of the shards falls to each of the processes that share them: equals, of the same fleet, place and image,
-- that take shards. What others hold counts as not there. Changes nothing.

-- A hash as a table.
local function hash_of(key)
  local flat, fields = redis.call("HGETALL", key), {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end

-- Owner, epoch (decimal digits), expiry (ms) of a shard in such a table. One that was released, or never held, has an
-- owner of "-", and in the place of its expiry the number of its organizations, 0 where it is not known.
local function parsed(leases, shard)
  return string.match(leases[tostring(shard)] or "- 0 0", "^(%S+) (%d+) (%d+)$")
end

-- What a process says of itself; all of it false when it is not there any more.
local function described(prefix, id)
  local said = redis.call("HMGET", prefix .. ":process:" .. id, "fleet", "place", "image", "takes")
  return { id = id, fleet = said[1], place = said[2], image = said[3], takes = said[4] == "1" }
end

-- The processes that share with this one, without it. `slots`: slot to process.
local function equals_of(prefix, slots, one)
  local equals = {}
  for slot, id in pairs(slots) do
    if id ~= one.id then
      local other = described(prefix, id)
      if other.takes and other.fleet == one.fleet and other.place == one.place and other.image == one.image then
        other.slot = tonumber(slot)
        equals[#equals + 1] = other
      end
    end
  end
  return equals
end

-- Tells each of them what it holds (`held`) and what it should (`part`). The parts differ by at most one, and who has
-- more keeps the odd one: where all have their part, nothing is left to move.
local function share_out(equals, leases, shards, at)
  local members, total = {}, 0
  for _, equal in ipairs(equals) do
    members[equal.id] = equal
    equal.held = 0
  end
  for shard = 0, shards - 1 do
    local owner, _, ends = parsed(leases, shard)
    if owner == "-" or tonumber(ends) <= at then
      total = total + 1
    elseif members[owner] then
      members[owner].held = members[owner].held + 1
      total = total + 1
    end
  end
  table.sort(equals, function(a, b)
    if a.held ~= b.held then return a.held > b.held end
    return a.slot < b.slot
  end)
  for index, equal in ipairs(equals) do
    equal.part = math.floor(total / #equals) + (index <= total % #equals and 1 or 0)
  end
end

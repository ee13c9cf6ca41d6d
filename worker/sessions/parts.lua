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

-- Whether nobody holds a shard of which `parsed` says this.
local function is_free(owner, ends, at)
  return owner == "-" or tonumber(ends) <= at
end

-- What a process says of itself, and those that it shares with say, too.
local function shares_of(fleet, place, image)
  return cjson.encode({ fleet, place, image })
end

-- String: that, for as long as the process takes shards. Ends with its leases.
local function shares_key(prefix, id)
  return prefix .. ":shares:" .. id
end

-- The processes that share with one that says `shares` of itself, without it. `slots`: slot to process.
local function equals_of(prefix, slots, id, shares)
  local others, keys, equals = {}, {}, {}
  for slot, other in pairs(slots) do
    if other ~= id then
      others[#others + 1] = { id = other, slot = tonumber(slot) }
      keys[#keys + 1] = shares_key(prefix, other)
    end
  end
  if #keys == 0 then return equals end
  -- At once: it counts as one command, however many there are.
  for index, said in ipairs(redis.call("MGET", unpack(keys))) do
    if said == shares then equals[#equals + 1] = others[index] end
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
    if is_free(owner, ends, at) then
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

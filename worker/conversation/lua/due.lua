-- Which conversations are to be looked at, and when. Needs fence.lua.

-- Set: the shards that have any. A sweep of an idle store reads only this.
local function due_shards_key(prefix)
  return prefix .. ":due"
end

-- Sorted set of one shard: `organization chat` by the ms of store time when to look again.
local function due_key(prefix, shard)
  return prefix .. ":due:" .. shard
end

-- Looks at a conversation again at `at` (ms), or not any more when nil.
local function look_again(prefix, shard, member, at)
  local key = due_key(prefix, shard)
  if at then
    if redis.call("ZADD", key, string.format("%.0f", at), member) == 1 then
      redis.call("SADD", due_shards_key(prefix), shard)
    end
  elseif redis.call("ZREM", key, member) == 1 and redis.call("EXISTS", key) == 0 then
    redis.call("SREM", due_shards_key(prefix), shard)
  end
end

-- At most `limit` members (`organization chat`) due by `by` ("+inf", or nil for now) in these shards. Each round takes one of every shard, oldest
-- first, so that a flood in one shard costs the others nothing. `permits(shard)`, where given, is asked only about
-- shards that have anything in `due`. Changes nothing.
local function due_of(prefix, shards, limit, permits, by)
  if #shards == 0 or limit < 1 then return {} end
  local filled = {}
  for _, shard in ipairs(redis.call("SMEMBERS", due_shards_key(prefix))) do
    filled[tonumber(shard)] = true
  end
  local lines = {}
  for _, shard in ipairs(shards) do
    if filled[tonumber(shard)] and (not permits or permits(shard)) then
      by = by or string.format("%.0f", now())
      local key = due_key(prefix, shard)
      local line = redis.call("ZRANGEBYSCORE", key, "-inf", by, "WITHSCORES", "LIMIT", 0, limit)
      if #line > 0 then lines[#lines + 1] = line end
    end
  end
  table.sort(lines, function(a, b) return tonumber(a[2]) < tonumber(b[2]) end)
  local due, round = {}, 1
  repeat
    local found = false
    for _, line in ipairs(lines) do
      local member = line[2 * round - 1]
      if member and #due < limit then
        due[#due + 1] = member
        found = true
      end
    end
    round = round + 1
  until not found
  return due
end

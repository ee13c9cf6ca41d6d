-- How the numbers of organizations stand, for people; writes nothing. Needs waits.lua and what that needs.
-- prefix, shards, {overdueMs, quietMs, organizations: {id, days (today, and the same weekday of the weeks before)}[]}
-- → JSON: {at, facts: {…}[]} in the order of the organizations
local prefix, shards = ARGV[1], tonumber(ARGV[2])
local item = cjson.decode(ARGV[3])
local time = now()

-- Conversations that should have been looked at long ago, by organization. What goes to many waits by intention.
local stuck = {}
local overdue = string.format("%.0f", time - item.overdueMs)
for _, shard in ipairs(redis.call("SMEMBERS", due_shards_key(prefix))) do
  if tonumber(shard) < shards then
    local line = redis.call("ZRANGEBYSCORE", due_key(prefix, shard), "-inf", overdue, "WITHSCORES", "LIMIT", 0, 500)
    for index = 1, #line, 2 do
      local organization, chat = string.match(line[index], "^(%S+) (.+)$")
      if chat and is_conversation(chat) then
        local found = stuck[organization] or { count = 0, since = tonumber(line[index + 1]) }
        found.count = found.count + 1
        found.since = math.min(found.since, tonumber(line[index + 1]))
        stuck[organization] = found
      end
    end
  end
end

local hours = {}
for hour = 0, 23 do hours[hour + 1] = string.format("received:%02d", hour) end
local function hours_of(organization, day)
  local counts = redis.call("HMGET", day_key(prefix, organization, day), unpack(hours))
  for index = 1, 24 do counts[index] = tonumber(counts[index] or 0) end
  return counts
end

local facts = {}
for index, organization in ipairs(item.organizations) do
  local id, days = organization.id, organization.days
  local session = redis.call("HGET", prefix .. ":sessions", id)
  local record = session and cjson.decode(session)
  local last = redis.call("ZREVRANGE", chats_key(prefix, id), 0, 0, "WITHSCORES")[2]
  local late = stuck[id] or { count = 0 }
  local found = {
    organization = id,
    ownerAlive = record ~= false and redis.call("EXISTS", prefix .. ":process:" .. record.process) == 1,
    paired = redis.call("EXISTS", prefix .. ":wa:" .. id .. ":credentials") == 1,
    lastInbound = tonumber(last or nil),
    refusedToday = tonumber(redis.call("HGET", day_key(prefix, id, days[1]), "refused") or 0),
    stuck = late.count,
    stuckSince = late.since,
  }
  if record then found.record = { state = record.state, since = record.since, reason = record.reason } end
  if last and time - tonumber(last) > item.quietMs then
    local before = {}
    for week = 2, #days do before[week - 1] = hours_of(id, days[week]) end
    found.hours = { today = hours_of(id, days[1]), before = before }
  end
  facts[index] = found
end
return cjson.encode({ at = time, facts = facts })

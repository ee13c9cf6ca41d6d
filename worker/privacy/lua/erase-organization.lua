-- Forgets an organization where others are, too: its settings, its session's record, what of it is due and what is asked for it.
-- {organization, at (s)} → "erased"
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local shard, prefix, item = ARGV[1], ARGV[4], cjson.decode(ARGV[5])
local organization = item.organization
redis.call("SET", prefix .. ":erased", string.format("%.0f", math.max(item.at, first_turn(prefix) + 1)))
if redis.call("HDEL", prefix .. ":organizations", organization) == 1 then
  redis.call("INCR", prefix .. ":organizations:version")
end
redis.call("HDEL", prefix .. ":automated", organization)
redis.call("HDEL", prefix .. ":sessions", organization)
redis.call("HDEL", prefix .. ":health", organization)
redis.call("HDEL", prefix .. ":done", organization)
local start = organization .. " "
for _, member in ipairs(redis.call("ZRANGE", due_key(prefix, shard), 0, -1)) do
  if string.sub(member, 1, #start) == start then look_again(prefix, shard, member, nil) end
end
local requests = redis.call("HGETALL", prefix .. ":requests")
for index = 1, #requests, 2 do
  local read, request = pcall(cjson.decode, requests[index + 1])
  if read and type(request) == "table" and request.organization == organization then
    redis.call("HDEL", prefix .. ":requests", requests[index])
  end
end
local silenced = "^silence %S+ " .. string.gsub(organization, "%-", "%%-") .. "$"
for _, field in ipairs(redis.call("HKEYS", prefix .. ":alerts")) do
  if string.find(field, silenced) then redis.call("HDEL", prefix .. ":alerts", field) end
end
return "erased"

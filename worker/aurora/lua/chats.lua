-- What is known of chats of customers, for people; writes nothing.
-- prefix, {organization, said (entries of each that go along), limit and between? ([from, to] in ms), or chat} → {head as JSON, history, unanswered}[]
local prefix = ARGV[1]
local item = cjson.decode(ARGV[2])
local organization = item.organization
local handed = handed_key(prefix, organization)

-- A chat is a customer's once they wrote, or once it was left to a person; nothing else is read, whatever it is called.
local found, chats = {}, {}
local function add(chat, wrote)
  if not found[chat] then
    found[chat] = true
    chats[#chats + 1] = { chat, wrote }
  end
end
local function add_ranked(key, wrote)
  local ranked = redis.call("ZREVRANGE", key, 0, item.limit - 1, "WITHSCORES")
  for index = 1, #ranked, 2 do add(ranked[index], wrote and tonumber(ranked[index + 1])) end
end
if item.chat then
  local wrote = redis.call("ZSCORE", chats_key(prefix, organization), item.chat)
  if wrote or redis.call("ZSCORE", handed, item.chat) then add(item.chat, tonumber(wrote)) end
elseif item.between then
  local from, to = string.format("%.0f", item.between[1]), string.format("%.0f", item.between[2])
  local ranked = redis.call(
    "ZREVRANGEBYSCORE", chats_key(prefix, organization), to, from, "WITHSCORES", "LIMIT", 0, item.limit
  )
  for index = 1, #ranked, 2 do add(ranked[index], tonumber(ranked[index + 1])) end
else
  add_ranked(chats_key(prefix, organization), true)
  add_ranked(handed, false)
end

local entries = {}
for index, each in ipairs(chats) do
  local chat, wrote = unpack(each)
  local record = read_record(prefix, "", { organization = organization, chat = chat })
  local number, told, out = unpack(redis.call("HMGET", contact_key(prefix, organization, chat), "number", "told", "optedOut"))
  local refused = redis.call("LINDEX", record.refused, -1)
  refused = refused and cjson.decode(refused)
  local head = {
    chat = chat, state = record.state, silentUntil = record.silentUntil,
    wroteAt = wrote or nil, toldAt = tonumber(told or nil), handedAt = tonumber(redis.call("ZSCORE", handed, chat) or nil),
    number = number or nil, optedOut = out and true or false, unanswered = redis.call("LLEN", record.inbound),
    refused = refused and { reason = refused.reason, at = refused.at } or nil,
  }
  local history, unanswered = {}, {}
  if item.said > 0 then
    history = redis.call("LRANGE", record.history, -item.said, -1)
    unanswered = redis.call("LRANGE", record.inbound, -item.said, -1)
  end
  entries[index] = { cjson.encode(head), history, unanswered }
end
return entries

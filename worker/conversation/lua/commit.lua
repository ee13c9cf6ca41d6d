-- {organization, chat, turn, token, parts: {id, body}[]} → "committed", "stale"
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
if not thinks(record, item.turn, item.token) then return "stale" end

-- None, when a flood pushed all that was read for it into the history.
if record.consumed > 0 then
  add_history(record, as_history(redis.call("LRANGE", record.inbound, 0, record.consumed - 1)))
  redis.call("LTRIM", record.inbound, record.consumed, -1)
end
record.tryAt = redis.call("EXISTS", record.inbound) == 1 and now() or nil
record.open, record.givenUp, record.attempts = nil, nil, 0
for number, part in ipairs(item.parts) do
  add_part(record, {
    id = part.id, turn = item.turn, part = number, priority = 1, body = part.body, role = "assistant",
  })
end
settle(record)
write_record(record)
count(ARGV[4], item, "answered")
return "committed"

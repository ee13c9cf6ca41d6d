-- {organization, chat, turn, token, parts: {id, body}[], usage?} → "committed", "stale"
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
-- Paid for, whoever's turn it is by now.
count_usage(ARGV[4], item)
if not thinks(record, item.turn, item.token) then return "stale" end

local who = asked_by(record)
-- Since when somebody waits: those who were told that no answer comes do not.
local waits = redis.call("LINDEX", record.inbound, math.max(0, math.min(record.givenUp or 0, record.consumed - 1)))
local since = who ~= "team" and waits and cjson.decode(waits).received or nil
-- A flood meanwhile may have moved all that it answers to the history.
if record.consumed > 0 then
  local first = math.max(0, record.consumed - HISTORY_ENTRIES)
  add_history(record, as_history(redis.call("LRANGE", record.inbound, first, record.consumed - 1)))
  redis.call("LTRIM", record.inbound, record.consumed, -1)
end
record.tryAt = redis.call("EXISTS", record.inbound) == 1 and now() or nil
record.open, record.givenUp, record.attempts = nil, nil, 0
for number, part in ipairs(item.parts) do
  add_part(record, {
    id = part.id, turn = item.turn, part = number, priority = 1, body = part.body, role = "assistant",
    counts = counted_as(who), since = number == 1 and since or nil,
  })
end
settle(record)
write_record(record)
if who ~= "team" then count(ARGV[4], item, "answered") end
return "committed"

-- {organization, chat, turn, token, maxAttempts, backoffMs, fallback (sealed), ids: [as part 0, as part 1]} → JSON
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
if not thinks(record, item.turn, item.token) then return cjson.encode({ kind = "stale" }) end

record.attempts = record.attempts + 1
local outcome
if record.attempts < item.maxAttempts then
  record.tryAt = now() + item.backoffMs
  outcome = { kind = "again", inMs = item.backoffMs }
else
  -- The turn is over: what follows has another number, so that no id of a part is used twice.
  record.open, record.tryAt, record.failed = nil, nil, 1
  record.givenUp = record.consumed
  local number = record.held and 1 or 0
  add_part(record, {
    id = item.ids[number + 1], turn = item.turn, part = number, priority = 1, body = item.fallback,
  })
  outcome = { kind = "failed" }
  count(ARGV[4], item, "unanswered")
end
settle(record)
write_record(record)
return cjson.encode(outcome)

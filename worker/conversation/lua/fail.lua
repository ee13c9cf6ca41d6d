-- {organization, chat, turn, token, maxAttempts, backoffMs, patienceMs?, fallback (sealed), holding?: {body, afterMs},
-- ids: [as part 0, as part 1], usage?} → JSON
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
count_usage(ARGV[4], item)
if not thinks(record, item.turn, item.token) then return cjson.encode({ kind = "stale" }) end

local time = now()
local since = waits_since(record)
local who = asked_by(record)
local again, inMs
if item.patienceMs and since then
  -- No attempt at all: what counts is how long the customer waits. The last try is when their patience ends.
  local left = since + item.patienceMs - time
  again, inMs = left > 0, math.min(item.backoffMs, left)
else
  record.attempts = record.attempts + 1
  again, inMs = record.attempts < item.maxAttempts, item.backoffMs
end

local function queue_notice(number, body)
  add_part(record, {
    id = item.ids[number + 1], turn = item.turn, part = number, priority = 1, body = body, counts = counted_as(who),
  })
end

local outcome
if again then
  -- Whoever fails at once has nobody who thinks when the objective passes.
  local waited = time - (since or time)
  if item.holding and not record.held and waited + inMs >= item.holding.afterMs then
    record.held = 1
    queue_notice(0, item.holding.body)
  end
  record.tryAt = time + inMs
  outcome = { kind = "again", inMs = inMs }
else
  -- The turn is over: what follows has another number, so that no id of a part is used twice.
  record.open, record.tryAt, record.failed = nil, nil, 1
  record.givenUp = record.consumed
  queue_notice(record.held and 1 or 0, item.fallback)
  outcome = { kind = "failed" }
  if who ~= "team" then count(ARGV[4], item, "unanswered") end
end
settle(record)
write_record(record)
return cjson.encode(outcome)

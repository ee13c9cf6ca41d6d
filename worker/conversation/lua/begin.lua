-- {organization, chat, token, attemptMs} → {head as JSON, messages, history}
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
local time = now()

local function without_turn(head)
  return { cjson.encode(head), {}, {} }
end

if record.state == "sending" then return without_turn({ kind = "send" }) end
if record.state == "thinking" then
  local orphan = record.thinker ~= ARGV[3]
  -- A holding message goes first only while its turn is thought: without a thinker it would be all the customer gets.
  if not orphan and record.sendAt and record.sendAt <= time then return without_turn({ kind = "send" }) end
  if not orphan and record.thoughtUntil > time then
    return without_turn({ kind = "busy", ["until"] = next_look(record) })
  end
  if orphan and record.orphaned < ORPHANED_MAX then
    record.orphaned = record.orphaned + 1
  else
    -- Counted, or a message that kills its thinker would be thought about for ever.
    record.attempts = record.attempts + 1
  end
elseif record.state == "waiting" then
  if record.tryAt > time then return without_turn({ kind = "busy", ["until"] = record.tryAt }) end
else
  return without_turn({ kind = record.state })
end

if not record.open then
  record.turn = record.turn + 1
  record.open, record.attempts, record.orphaned, record.held, record.rethought = 1, 0, 0, nil, nil
end
local messages = redis.call("LRANGE", record.inbound, 0, -1)
record.state = "thinking"
record.token = item.token
record.thinker = ARGV[3]
record.thoughtUntil = time + item.attemptMs
record.consumed = #messages
write_record(record)
local head = {
  kind = "think", turn = record.turn, attempt = record.attempts + 1, held = record.held == 1, begun = time,
  since = waits_since(record),
  spentMicroUsd = item.day and tonumber(redis.call("HGET", day_key(ARGV[4], item.organization, item.day), "aiMicroUsd")),
}
return { cjson.encode(head), messages, redis.call("LRANGE", record.history, 0, -1) }

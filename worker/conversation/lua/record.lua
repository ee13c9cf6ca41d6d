-- The record of one conversation: its keys, its state and its outbox. Needs fence.lua, due.lua and contact.lua.

-- Longer than the day for which WhatsApp may deliver the same message again.
local INBOX_SECONDS = 26 * 3600
-- A phone may ask for a message again for this long.
local SENT_SECONDS = 7 * 24 * 3600
local HISTORY_ENTRIES = 40
-- Messages that wait for one answer.
local UNANSWERED_MAX = 100
local FAILED_PARTS = 20
-- Texts of a conversation at rest are kept for so long where the caller does not say.
local RETENTION_MS = 90 * 24 * 3600 * 1000
local LONGEST_ACK_MS = 5 * 60 * 1000
-- Thinkers that went away before an answer are no fault of the AI, unless they all do.
local ORPHANED_MAX = 10

local function conversation_key(prefix, organization, chat)
  return prefix .. ":conversation:" .. organization .. ":" .. chat
end

local function inbox_key(prefix, organization, chat, sender, id)
  return prefix .. ":inbox:" .. organization .. ":" .. chat .. ":" .. sender .. ":" .. id
end

local function sent_key(prefix, organization, id)
  return prefix .. ":sent:" .. organization .. ":" .. id
end

local function queued_key(prefix, organization, id)
  return prefix .. ":queued:" .. organization .. ":" .. id
end

-- The hash. All but `state` and `token` are integers; what does not hold is absent.
local FIELDS = {
  "state", -- rest, waiting, thinking, sending, failed
  "turn", -- number of the last turn
  "open", -- 1: the turn was begun and neither answered nor given up; the next `begin` repeats its number
  "attempts", -- attempts of the open turn that failed or ran out of time
  "orphaned", -- how often the thinker of the open turn went away
  "held", -- 1: a holding message was queued in the turn
  "rethought", -- how often a thought of the open turn became void because a message was changed
  "token", -- who may end the thought
  "thinker", -- epoch of the lease under which it is thought: under a later one its thinker is gone
  "thoughtUntil", -- ms: when the thought counts as abandoned
  "consumed", -- how many of `in` the thought answers
  "tryAt", -- ms: when a turn is due; present while `in` holds something to answer
  "failed", -- 1: given up on what is in `in`, until a message or a person comes
  "givenUp", -- how many of `in` were told that no answer comes
  "sendAt", -- ms: when the first of `out` is to be sent (again); present while `out` holds anything
  "sends", -- how often the first of `out` was sent
  "wire", -- the socket it was last sent on: from a later one no ack can come for it
  "silentUntil", -- ms: the AI keeps out until then
}
local TEXT = { state = true, token = true, thinker = true, wire = true }

-- What the state waits for, as ms; nil at rest and in failure.
local function next_look(record)
  if record.state == "thinking" then return math.min(record.thoughtUntil, record.sendAt or record.thoughtUntil) end
  if record.state == "sending" then return record.sendAt end
  if record.state == "waiting" then return record.tryAt end
  return nil
end

-- The number before a conversation's first turn: after an erasure a large one, so that whoever was erased and writes again is
-- not sent ids that their phone has seen.
local function first_turn(prefix)
  return tonumber(redis.call("GET", prefix .. ":erased") or 0)
end

-- Reads a conversation; `item` names it by `organization` and `chat`.
local function read_record(prefix, shard, item)
  local key = conversation_key(prefix, item.organization, item.chat)
  local record = {
    prefix = prefix,
    shard = shard,
    organization = item.organization,
    chat = item.chat,
    key = key,
    inbound = key .. ":in",
    outbound = key .. ":out",
    history = key .. ":history",
    refused = key .. ":failed",
    day = item.day,
    retentionMs = item.retentionMs or RETENTION_MS,
    stored = {},
  }
  local values = redis.call("HMGET", key, unpack(FIELDS))
  for index, field in ipairs(FIELDS) do
    local value = values[index]
    if value then
      record.stored[field] = value
      record[field] = TEXT[field] and value or tonumber(value)
    end
  end
  record.state = record.state or "rest"
  record.turn = record.turn or first_turn(prefix)
  record.attempts = record.attempts or 0
  record.orphaned = record.orphaned or 0
  record.sends = record.sends or 0
  record.look = next_look(record)
  return record
end

local function is_quiet(state)
  return state == "rest" or state == "failed"
end

-- The history ends with the retention time, entry by entry and as a whole.
local function keep_history(record)
  local oldest = now() - record.retentionMs
  while true do
    local first = redis.call("LINDEX", record.history, 0)
    if not first or cjson.decode(first).at >= oldest then break end
    redis.call("LPOP", record.history)
  end
  redis.call("PEXPIRE", record.history, string.format("%.0f", record.retentionMs))
end

-- The texts of a conversation end with the retention time after it came to rest, and not before it does; the state, which
-- has none, stays, since ids of parts follow from its turn.
local function keep_texts(record)
  local was = record.stored.state
  if is_quiet(record.state) then keep_history(record) end
  if record.state == "failed" and was ~= "failed" then
    redis.call("PEXPIRE", record.inbound, string.format("%.0f", record.retentionMs))
  elseif was == "failed" and record.state ~= "failed" then
    redis.call("PERSIST", record.inbound)
  end
end

-- Writes what changed, and with it when to look again: the one place that keeps state and `due` together.
local function write_record(record)
  local set, gone = {}, {}
  for _, field in ipairs(FIELDS) do
    local value = record[field]
    if type(value) == "number" then value = string.format("%.0f", value) end
    if value == nil and record.stored[field] then
      gone[#gone + 1] = field
    elseif value ~= record.stored[field] then
      set[#set + 1] = field
      set[#set + 1] = value
    end
  end
  if #set > 0 then redis.call("HSET", record.key, unpack(set)) end
  if #gone > 0 then redis.call("HDEL", record.key, unpack(gone)) end
  local look = next_look(record)
  if look ~= record.look then
    look_again(record.prefix, record.shard, record.organization .. " " .. record.chat, look)
  end
  keep_texts(record)
end

-- The state of a conversation in which nobody thinks: first what is to be sent, then what is to be answered.
local function settle(record)
  record.token, record.thinker, record.thoughtUntil, record.consumed = nil, nil, nil, nil
  if record.sendAt then
    record.state = "sending"
  elseif record.failed then
    record.state = "failed"
  elseif record.tryAt then
    record.state = "waiting"
  else
    record.state = "rest"
  end
end

local function thinks(record, turn, token)
  return record.state == "thinking" and record.turn == turn and record.token == token
end

-- Since when (ms) somebody waits for an answer; nil where all were told that none comes.
local function waits_since(record)
  local first = redis.call("LINDEX", record.inbound, record.givenUp or 0)
  return first and cjson.decode(first).received
end

-- Whom the thought answers: whoever wrote the last of what it answers. "team", or nil for a customer.
local function asked_by(record)
  local last = redis.call("LINDEX", record.inbound, math.max(0, record.consumed - 1))
  return last and cjson.decode(last).who
end

-- What a part of a turn counts as, where it is not its role: what the team is told is no customer's.
local function counted_as(who)
  return who == "team" and "team" or nil
end

-- Adds encoded entries to the history, which keeps the last ones.
local function add_history(record, entries)
  local first = math.max(1, #entries - HISTORY_ENTRIES + 1)
  if #entries == 0 then return end
  local length = redis.call("RPUSH", record.history, unpack(entries, first))
  if length > HISTORY_ENTRIES then redis.call("LTRIM", record.history, -HISTORY_ENTRIES, -1) end
end

-- Encoded messages of `in` as entries of the history.
local function as_history(messages)
  local entries = {}
  for index, encoded in ipairs(messages) do
    local message = cjson.decode(encoded)
    entries[index] = cjson.encode({ role = "customer", id = message.id, at = message.at, body = message.body })
  end
  return entries
end

-- Queues a part {id, turn, part, priority, body, role}: behind its own priority, before those that matter less,
-- never before one that is on its way. `role` is what the history calls it once it is sent; without one it is no part
-- of the talk (holding and fallback messages).
local function add_part(record, part)
  local time = now()
  part.at = time
  local encoded = cjson.encode(part)
  local last = redis.call("LINDEX", record.outbound, -1)
  if last and cjson.decode(last).priority > part.priority then
    for index, other in ipairs(redis.call("LRANGE", record.outbound, 0, -1)) do
      local on_its_way = index == 1 and record.sends > 0
      if not on_its_way and cjson.decode(other).priority > part.priority then
        redis.call("LINSERT", record.outbound, "BEFORE", other, encoded)
        return
      end
    end
  end
  redis.call("RPUSH", record.outbound, encoded)
  record.sendAt = record.sendAt or time
end

-- The part that is on its way, if it has this id: only the first of `out` ever is.
local function part_on_its_way(record, id)
  if record.sends == 0 then return nil end
  local part = cjson.decode(redis.call("LINDEX", record.outbound, 0))
  return part.id == id and part or nil
end

-- Takes the part that is on its way out of `out`.
local function drop_first_part(record)
  redis.call("LPOP", record.outbound)
  record.sends, record.wire = 0, nil
end

-- Takes the parts of which `is_dropped` is true out of `out`, but not one that is on its way. Returns them, decoded and in order.
local function drop_parts(record, is_dropped)
  local dropped = {}
  for index, encoded in ipairs(redis.call("LRANGE", record.outbound, 0, -1)) do
    local part = cjson.decode(encoded)
    local on_its_way = index == 1 and record.sends > 0
    if not on_its_way and is_dropped(part) then
      redis.call("LREM", record.outbound, 1, encoded)
      dropped[#dropped + 1] = part
    end
  end
  if redis.call("EXISTS", record.outbound) == 0 then record.sendAt = nil end
  return dropped
end

-- After parts left `out`: when the next one is due, the state, and what the caller does next: "part", "turn", or
-- "rest" when there is nothing to do at this moment.
local function after_parts(record)
  local time = now()
  if redis.call("EXISTS", record.outbound) == 0 then
    record.sendAt = nil
  elseif record.sends == 0 then
    record.sendAt = time
  end
  if record.state ~= "thinking" then settle(record) end
  if record.sendAt then return "part" end
  local due = next_look(record)
  return due and due <= time and "turn" or "rest"
end

-- Whose a part is, as one word: `reply`, `notice:<message>`, `campaign:<id>`, `automation:<run>`.
local function source_of(part)
  if type(part.turn) == "number" then return "reply" end
  return (string.gsub(part.turn, " ", ":"))
end

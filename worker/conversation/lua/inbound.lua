-- What comes from WhatsApp, for scripts that store it together with the ratchet step. Needs record.lua, contact.lua and
-- starts.lua.
-- Every item has {organization, chat, sender, id, inbox (sealed), day, retentionMs}; `inbound.ts` makes them.

-- Thoughts of one turn that may become void because a message was changed.
local RETHOUGHT_MAX = 5

-- Keeps the sealed plaintext of a message, so that a redelivery can be served without its key.
-- Returns "remembered", or "repeated" when it was kept before.
local function remember(prefix, organization, chat, sender, id, inbox)
  local key = inbox_key(prefix, organization, chat, sender, id)
  return redis.call("SET", key, inbox, "NX", "EX", INBOX_SECONDS) and "remembered" or "repeated"
end

local function is_new(prefix, item)
  return remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox) == "remembered"
end

-- A fixed answer {id, turn, body}: it is said once, and the history has it.
local function reply_with(record, reply)
  add_part(record, {
    id = reply.id, turn = reply.turn, part = 0, priority = 1, body = reply.body, role = "assistant",
  })
end

local function entry_of(item)
  return cjson.encode({ role = "customer", id = item.id, at = item.at, body = item.body })
end

-- Takes up a message to be answered. Of more than any answer takes into account, the oldest join the history: who floods a
-- chat must not fill the store, nor make every thought read all of it.
local function take_up(record, message)
  local length = redis.call("RPUSH", record.inbound, cjson.encode(message))
  -- What was given up may be gone with its retention time.
  if record.givenUp then record.givenUp = math.min(record.givenUp, length - 1) end
  local over = length - UNANSWERED_MAX
  if over <= 0 then return end
  add_history(record, as_history(redis.call("LRANGE", record.inbound, 0, over - 1)))
  redis.call("LTRIM", record.inbound, over, -1)
  for _, counted in ipairs({ "consumed", "givenUp" }) do
    if record[counted] then record[counted] = math.max(0, record[counted] - over) end
  end
end

-- Somebody wants nothing that goes to many: what is not on its way yet is not sent, and the runs that wait for it end.
local function drop_bulk(record, time)
  for _, part in ipairs(drop_parts(record, function(part) return part.priority > 1 end)) do
    local item, source = { organization = record.organization, id = part.id }, source_of(part)
    flight_ended(record.prefix, record.shard, item, source, "skipped", time)
    run_not_sent(record.prefix, record.shard, record.organization, source, part.part, WANTS_NONE)
  end
end

-- A text to be answered: {at (ms), body (sealed)}, and where it applies {who = "team", number, optOut: reply or true, optIn}.
-- Returns "stored"; "silenced" when a person has the chat, so that it joins the history only; "acknowledged" when an automation
-- answers it instead of the AI; "opted-out"; "repeated".
local function arrive(prefix, shard, item)
  if not is_new(prefix, item) then return "repeated" end
  local record = read_record(prefix, shard, item)
  local time = now()
  local first = item.who ~= "team" and contact_wrote(prefix, item, time)
  if item.optIn then opt_in(prefix, item) end
  if item.optOut then
    opt_out(prefix, item, time)
    drop_bulk(record, time)
    add_history(record, { entry_of(item) })
    if type(item.optOut) == "table" then reply_with(record, item.optOut) end
    if record.state ~= "thinking" then settle(record) end
    write_record(record)
    return "opted-out"
  end
  local silent = item.who ~= "team" and record.silentUntil and record.silentUntil > time
  local is_answered = start_runs(prefix, shard, item, first, silent)
  if silent or is_answered then
    add_history(record, { entry_of(item) })
    keep_history(record)
    return silent and "silenced" or "acknowledged"
  end
  local message = {
    sender = item.sender, id = item.id, at = item.at, received = time, body = item.body, who = item.who,
  }
  take_up(record, message)
  record.failed = nil
  -- A back-off holds: messages that follow each other must not use up the attempts at an AI that is down.
  record.tryAt = record.tryAt or time
  if record.state ~= "thinking" then settle(record) end
  write_record(record)
  return "stored"
end

-- Something that is understood but not answered by the AI: {at, body (what it was), reply?, everyMs, who}. The reply goes out
-- at most once in `everyMs`: ten photos are thanked for once. Returns "acknowledged", "silenced" or "repeated".
local function acknowledge(prefix, shard, item)
  if not is_new(prefix, item) then return "repeated" end
  local record = read_record(prefix, shard, item)
  local time = now()
  local first = item.who ~= "team" and contact_wrote(prefix, item, time)
  add_history(record, { entry_of(item) })
  local silent = item.who ~= "team" and record.silentUntil and record.silentUntil > time
  start_runs(prefix, shard, item, first, silent)
  if silent or not item.reply then
    keep_history(record)
    return silent and "silenced" or "acknowledged"
  end
  local key = contact_key(prefix, item.organization, item.chat)
  local noticed = tonumber(redis.call("HGET", key, "noticed") or 0)
  if noticed + item.everyMs > time then
    keep_history(record)
    return "acknowledged"
  end
  redis.call("HSET", key, "noticed", string.format("%.0f", time))
  reply_with(record, item.reply)
  if record.state ~= "thinking" then settle(record) end
  write_record(record)
  return "acknowledged"
end

-- The AI keeps out for `forMs`: what was not answered is left to people, with `entries` (encoded) after it, and answers that
-- are not on their way yet are dropped.
local function keep_out(record, time, forMs, entries)
  record.silentUntil = math.max(record.silentUntil or 0, time + forMs)
  local said = as_history(redis.call("LRANGE", record.inbound, 0, -1))
  for _, entry in ipairs(entries) do said[#said + 1] = entry end
  add_history(record, said)
  redis.call("DEL", record.inbound)
  record.tryAt, record.failed, record.givenUp, record.open = nil, nil, nil, nil
  drop_parts(record, function(part) return part.priority == 1 end)
end

-- Something for people: {at, body (what it was), reply?, forMs}. The customer reads `reply`, the AI keeps out, and the chat is
-- listed until a person writes there. Returns "handed", "silenced" when a person has it already, or "repeated".
local function hand_to_person(prefix, shard, item)
  if item.id and not is_new(prefix, item) then return "repeated" end
  local record = read_record(prefix, shard, item)
  local time = now()
  local first = item.id and contact_wrote(prefix, item, time)
  hand_over(prefix, item, time)
  local entries = item.body and { entry_of(item) } or {}
  local silent = record.silentUntil and record.silentUntil > time
  start_runs(prefix, shard, item, first, silent)
  if silent then
    -- Nothing is left to drop but the notice that says so.
    add_history(record, entries)
    keep_history(record)
    return "silenced"
  end
  keep_out(record, time, item.forMs, entries)
  if item.reply then reply_with(record, item.reply) end
  settle(record)
  write_record(record)
  return "handed"
end

-- A person took the chat over: {forMs; sender, id, at, body, inbox of what they wrote, if they did}.
-- Returns "silenced" or "repeated".
local function silence(prefix, shard, item)
  if item.id and not is_new(prefix, item) then return "repeated" end
  local record = read_record(prefix, shard, item)
  local time = now()
  local entry = item.body and cjson.encode({ role = "owner", id = item.id, at = item.at or time, body = item.body })
  keep_out(record, time, item.forMs, { entry })
  taken_over(prefix, item)
  if item.id then contact_told(prefix, item, "owner", time) end
  expect_reply(prefix, shard, item)
  settle(record)
  write_record(record)
  return "silenced"
end

-- The message `of` of the same sender among what is not answered: its place (from 1), decoded and encoded.
local function unanswered(record, item)
  for index, encoded in ipairs(redis.call("LRANGE", record.inbound, 0, -1)) do
    local message = cjson.decode(encoded)
    if message.id == item.of and message.sender == item.sender then return index, message, encoded end
  end
end

-- A message that is being thought of, at this place, was read before it changed.
local function is_thought(record, index)
  return record.state == "thinking" and index <= record.consumed
end

-- Each void thought is a call of the AI for nothing: whoever goes on changing a message must not cause any number of them.
local function may_rethink(record)
  return (record.rethought or 0) < RETHOUGHT_MAX
end

-- The thought loses its token, and the turn is begun again.
local function rethink(record)
  record.rethought = (record.rethought or 0) + 1
  settle(record)
end

-- A message was changed: {of, at, body, again (sealed: the same, said to be a correction), who, number}.
-- Returns "changed" where it was not answered yet; else what `arrive` returns for the correction.
local function edit(prefix, shard, item)
  local record = read_record(prefix, shard, item)
  local index, message = unanswered(record, item)
  if not index or is_thought(record, index) and not may_rethink(record) then
    item.body = item.again
    return arrive(prefix, shard, item)
  end
  if not is_new(prefix, item) then return "repeated" end
  message.body = item.body
  redis.call("LSET", record.inbound, index - 1, cjson.encode(message))
  if is_thought(record, index) then rethink(record) end
  write_record(record)
  return "changed"
end

-- A message was taken back: {of}. It is forgotten, whether it was answered or not. Returns "changed" or "repeated".
local function revoke(prefix, shard, item)
  if not is_new(prefix, item) then return "repeated" end
  local record = read_record(prefix, shard, item)
  for _, encoded in ipairs(redis.call("LRANGE", record.history, 0, -1)) do
    local said = cjson.decode(encoded)
    if said.id == item.of and said.role == "customer" then redis.call("LREM", record.history, 1, encoded) end
  end
  local index, _, encoded = unanswered(record, item)
  if index then
    local was_thought = is_thought(record, index)
    redis.call("LREM", record.inbound, 1, encoded)
    if record.givenUp and index <= record.givenUp then record.givenUp = record.givenUp - 1 end
    if redis.call("EXISTS", record.inbound) == 0 then
      record.tryAt, record.failed, record.givenUp, record.open = nil, nil, nil, nil
      settle(record)
    elseif was_thought and may_rethink(record) then
      rethink(record)
    elseif was_thought then
      record.consumed = record.consumed - 1
    elseif record.state ~= "thinking" then
      settle(record)
    end
    write_record(record)
  end
  return "changed"
end

local MEANINGS = {
  customer = arrive,
  acknowledge = acknowledge,
  ["hand-over"] = hand_to_person,
  owner = silence,
  edit = edit,
  revoke = revoke,
}

-- A decrypted message, as `encodeInbound` of `inbound.ts` makes it: `kind` says what it means.
local function receive(prefix, shard, item)
  local meant = MEANINGS[item.kind]
  if meant then return meant(prefix, shard, item) end
  return remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox)
end

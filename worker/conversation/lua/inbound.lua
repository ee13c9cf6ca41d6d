-- What comes from WhatsApp, for scripts that store it together with the ratchet step. Needs record.lua.

-- Keeps the sealed plaintext of a message, so that a redelivery can be served without its key.
-- Returns "remembered", or "repeated" when it was kept before.
local function remember(prefix, organization, chat, sender, id, inbox)
  local key = inbox_key(prefix, organization, chat, sender, id)
  return redis.call("SET", key, inbox, "NX", "EX", INBOX_SECONDS) and "remembered" or "repeated"
end

-- A customer's message: {organization, chat, sender, id, at (ms), body (sealed), inbox (sealed)}.
-- Returns "stored"; "silenced" when a person has the chat, so that it joins the history only; "repeated".
local function arrive(prefix, shard, item)
  if remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox) == "repeated" then
    return "repeated"
  end
  local record = read_record(prefix, shard, item)
  local time = now()
  if record.silentUntil and record.silentUntil > time then
    add_history(record, { cjson.encode({ role = "customer", at = item.at, body = item.body }) })
    return "silenced"
  end
  local message = { sender = item.sender, id = item.id, at = item.at, received = time, body = item.body }
  redis.call("RPUSH", record.inbound, cjson.encode(message))
  record.failed = nil
  -- A back-off holds: messages that follow each other must not use up the attempts at an AI that is down.
  record.tryAt = record.tryAt or time
  if record.state ~= "thinking" then settle(record) end
  write_record(record)
  return "stored"
end

-- A person took the chat over: {organization, chat, forMs; sender, id, at, body, inbox of what they wrote, if they did}.
-- What was not answered is left to them, and answers that are not on their way yet are dropped.
-- Returns "silenced" or "repeated".
local function silence(prefix, shard, item)
  if item.id and remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox) == "repeated" then
    return "repeated"
  end
  local record = read_record(prefix, shard, item)
  local time = now()
  record.silentUntil = math.max(record.silentUntil or 0, time + item.forMs)

  local entries = as_history(redis.call("LRANGE", record.inbound, 0, -1))
  if item.body then
    entries[#entries + 1] = cjson.encode({ role = "owner", at = item.at or time, body = item.body })
  end
  add_history(record, entries)
  redis.call("DEL", record.inbound)
  record.tryAt, record.failed, record.givenUp, record.open = nil, nil, nil, nil

  for index, encoded in ipairs(redis.call("LRANGE", record.outbound, 0, -1)) do
    local on_its_way = index == 1 and record.sends > 0
    if not on_its_way and cjson.decode(encoded).priority == 1 then
      redis.call("LREM", record.outbound, 1, encoded)
    end
  end
  if redis.call("EXISTS", record.outbound) == 0 then record.sendAt = nil end
  settle(record)
  write_record(record)
  return "silenced"
end

-- A decrypted message, as `encodeInbound` of `inbound.ts` makes it: `kind` says what it means.
local function receive(prefix, shard, item)
  if item.kind == "customer" then return arrive(prefix, shard, item) end
  if item.kind == "owner" then return silence(prefix, shard, item) end
  return remember(prefix, item.organization, item.chat, item.sender, item.id, item.inbox)
end

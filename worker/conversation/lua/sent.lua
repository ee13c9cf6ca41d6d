-- {organization, chat, ackMs, wire, only?: "replies"} → JSON; called before the stanza is written
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
local time = now()
if not record.sendAt then return cjson.encode({ kind = "none" }) end
if record.sends > 0 and record.sendAt > time and record.wire == item.wire then
  return cjson.encode({ kind = "busy", ["until"] = record.sendAt })
end

local function first_part()
  local encoded = redis.call("LINDEX", record.outbound, 0)
  return encoded and cjson.decode(encoded)
end
local part = first_part()
while part and record.sends == 0 and take_back(ARGV[4], item.organization, part.id, source_of(part)) do
  drop_first_part(record)
  part = first_part()
end
if not part then
  after_parts(record)
  write_record(record)
  return cjson.encode({ kind = "none" })
end
if item.only == "replies" and part.priority > 1 then return cjson.encode({ kind = "bulk" }) end
record.sends = record.sends + 1
record.wire = item.wire
-- Longer each time: a server that takes a part and never says so must not get it for ever at the same pace.
record.sendAt = time + math.min(item.ackMs * 2 ^ (record.sends - 1), math.max(item.ackMs, LONGEST_ACK_MS))
-- Whose part it is, for its receipts; and the chat, because the text is sealed for its conversation.
local text = source_of(part) .. " " .. record.chat .. " " .. part.body
redis.call("SET", sent_key(record.prefix, record.organization, part.id), text, "EX", SENT_SECONDS)
-- The history holds what was said, not what was meant to be: a silence or a refusal drops parts before they are sent.
if part.role and record.sends == 1 then
  add_history(record, { cjson.encode({ role = part.role, at = time, body = part.body }) })
end
write_record(record)
part.kind = "part"
part.sends = record.sends
return cjson.encode(part)

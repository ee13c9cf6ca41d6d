-- Not fenced: campaigns and automations are expanded by any process, and queueing sends nothing.
-- shard, prefix, {organization, chat, id, turn, part, priority, body, role, counts} → "queued", "repeated"
local prefix = ARGV[2]
local item = cjson.decode(ARGV[3])
-- Noted apart from the outbox: a part may leave that unsent, when the one before it is refused.
local noted = redis.call("SET", queued_key(prefix, item.organization, item.id), item.chat, "NX", "EX", SENT_SECONDS)
if not noted then return "repeated" end
local record = read_record(prefix, ARGV[1], item)
add_part(record, {
  id = item.id, turn = item.turn, part = item.part, priority = item.priority, body = item.body, role = item.role,
  counts = item.counts,
})
if record.state ~= "thinking" then settle(record) end
write_record(record)
return "queued"

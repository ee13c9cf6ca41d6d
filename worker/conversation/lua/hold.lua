-- {organization, chat, turn, token, id, body} → "queued", "held" (one was before), "stale"
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
if not thinks(record, item.turn, item.token) then return "stale" end
if record.held then return "held" end
record.held = 1
add_part(record, {
  id = item.id, turn = item.turn, part = 0, priority = 1, body = item.body, counts = counted_as(asked_by(record)),
})
write_record(record)
return "queued"

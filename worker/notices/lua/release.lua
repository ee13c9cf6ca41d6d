-- The first notice leaves its list, and with {chat, part: {id, turn, body}} it joins the outbox of that chat.
-- {organization, notice, day, retentionMs, chat?, part?} → "released", "dropped", or "stale" when another one is first
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local shard, prefix = ARGV[1], ARGV[4]
local item = cjson.decode(ARGV[5])
local key = notices_key(prefix, item.organization)
local first = redis.call("LINDEX", key, 0)
-- Erased meanwhile.
if not first then look_for_notices(prefix, shard, item.organization, nil) end
if not first or cjson.decode(first).id ~= item.notice then return "stale" end
redis.call("LPOP", key)
if redis.call("EXISTS", key) == 0 then look_for_notices(prefix, shard, item.organization, nil) end
if not item.part then return "dropped" end

local record = read_record(prefix, shard, item)
-- Part of the talk: who is told of something asks Aurora about it.
add_part(record, {
  id = item.part.id, turn = item.part.turn, part = 0, priority = 1, body = item.part.body, role = "assistant",
  counts = "notice",
})
if record.state ~= "thinking" then settle(record) end
write_record(record)
return "released"

-- {organization, chat, id, reason} → as acked
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
local first = part_on_its_way(record, item.id)
if not first then return "unknown" end
drop_first_part(record)

local function keep(part)
  part.reason, part.at = item.reason, now()
  redis.call("RPUSH", record.refused, cjson.encode(part))
end

keep(first)
-- The rest of an answer without its beginning would confuse more than help.
local function is_rest(part) return part.turn == first.turn and part.priority == first.priority end
for _, part in ipairs(drop_parts(record, is_rest)) do keep(part) end
redis.call("LTRIM", record.refused, -FAILED_PARTS, -1)
redis.call("PEXPIRE", record.refused, string.format("%.0f", record.retentionMs))
count(ARGV[4], item, "refused")
local following = after_parts(record)
write_record(record)
flight_ended(ARGV[4], ARGV[1], item, source_of(first), "failed", now())
run_not_sent(ARGV[4], ARGV[1], item.organization, source_of(first), first.part, item.reason)
return following

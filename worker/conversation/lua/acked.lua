-- {organization, chat, id} → "part", "turn", "rest", or "unknown"
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local item = cjson.decode(ARGV[5])
local record = read_record(ARGV[4], ARGV[1], item)
local part = part_on_its_way(record, item.id)
if not part then return "unknown" end
local time, source = now(), source_of(part)
-- The organization's own people are no contacts.
local to_own = part.counts == "team" or part.counts == "notice"
if not to_own then contact_told(ARGV[4], item, source, time) end
count(ARGV[4], item, part.counts or part.role or "notice")
if part.since then count_reply(ARGV[4], item, time - part.since) end
drop_first_part(record)
local following = after_parts(record)
write_record(record)
flight_ended(ARGV[4], ARGV[1], item, source, "sent", time)
if part.role == "automation" then
  run_acked(ARGV[4], ARGV[1], item.organization, source, part.part)
elseif not to_own then
  expect_reply(ARGV[4], ARGV[1], item)
end
return following

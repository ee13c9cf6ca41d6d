-- {organization, chat} → "retried", or "unchanged" when nothing has failed
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local record = read_record(ARGV[4], ARGV[1], cjson.decode(ARGV[5]))
if not record.failed then return "unchanged" end
record.failed = nil
record.tryAt = now()
settle(record)
write_record(record)
return "retried"

-- {organization, chat} → "retried", or "unchanged" when nothing has failed
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
local record = read_record(ARGV[4], ARGV[1], cjson.decode(ARGV[5]))
if not record.failed then return "unchanged" end
record.failed = nil
-- What was given up may be gone with its retention time.
local is_left = redis.call("EXISTS", record.inbound) == 1
if is_left then record.tryAt = now() else record.givenUp = nil end
settle(record)
write_record(record)
return is_left and "retried" or "unchanged"

-- Puts a tag on a contact, which may start automations, or takes it off.
-- shard, prefix, {organization, chat, tag, cause, remove, day, retentionMs, runsPerHour} → 1 when that changed anything, else 0
local item = cjson.decode(ARGV[3])
if item.remove then
  local had = redis.call("SISMEMBER", tags_key(ARGV[2], item.organization, item.chat), item.tag)
  take_tag(ARGV[2], item, item.tag)
  return had
end
return put_tag(ARGV[2], ARGV[1], item, item.tag, item.cause, 1) and 1 or 0

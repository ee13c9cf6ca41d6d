-- A campaign whose recipients were read in comes to be. Not fenced: nothing is sent by it.
-- shard, prefix, {organization, campaign, imported (key), total, opensAt (ms), keepUntil (ms), fields: string[]} → "created", "repeated"
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local key, time = campaign_key(prefix, item.organization, item.campaign), now()
if redis.call("EXISTS", key) == 1 then
  redis.call("UNLINK", item.imported)
  return "repeated"
end
local at = string.format("%.0f", time)
redis.call("HSET", key, "state", "scheduled", "total", item.total, "createdAt", at, "chunks", 0, unpack(item.fields))
redis.call("ZADD", campaigns_key(prefix, item.organization), at, item.campaign)
if item.total == 0 then
  end_campaign(prefix, shard, item.organization, item.campaign, "done", time)
  return "created"
end
local recipients = recipients_key(prefix, item.organization, item.campaign)
redis.call("RENAME", item.imported, recipients)
redis.call("PEXPIREAT", recipients, string.format("%.0f", item.keepUntil))
open_lane(prefix, shard, item.organization, "campaign:" .. item.campaign, item.opensAt)
return "created"

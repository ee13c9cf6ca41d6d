-- A campaign whose recipients were read in comes to be. Not fenced: nothing is sent by it.
-- shard, prefix, {organization, campaign, imported (key), total, opensAt (ms), fields: string[]} → "created", "repeated"
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local key, time = campaign_key(prefix, item.organization, item.campaign), now()
if redis.call("EXISTS", key) == 1 then
  redis.call("UNLINK", item.imported)
  return "repeated"
end
local at = string.format("%.0f", time)
local recipients = recipients_key(prefix, item.organization, item.campaign)
-- Before anything else: an import that is gone is an error, and no campaign.
if item.total > 0 then redis.call("RENAME", item.imported, recipients) end
redis.call("HSET", key, "state", "scheduled", "total", item.total, "createdAt", at, "chunks", 0, unpack(item.fields))
redis.call("ZADD", campaigns_key(prefix, item.organization), at, item.campaign)
if item.total == 0 then
  end_campaign(prefix, shard, item.organization, item.campaign, "done", time)
  return "created"
end
keep_until_end(prefix, item.organization, item.campaign, recipients)
-- It may stay paused for ever, or its number away.
local ends_at = redis.call("HGET", key, "endsAt")
redis.call("PEXPIREAT", key, string.format("%.0f", ends_at + ENDED_SECONDS * 1000))
open_lane(prefix, shard, item.organization, "campaign:" .. item.campaign, item.opensAt)
return "created"

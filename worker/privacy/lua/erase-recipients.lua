-- Takes recipients out of a chunk that is in no lane yet. Not fenced: nothing is sent by it.
-- shard, prefix, {organization, campaign, dropped}, chunk as it was, chunk as it is to be or "" when nobody is left
-- → 1, or 0 when the chunk is in the lane by now
local shard, prefix, item = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
local list = recipients_key(prefix, item.organization, item.campaign)
local at = redis.call("LPOS", list, ARGV[4])
if not at then return 0 end
if ARGV[5] == "" then
  redis.call("LREM", list, 1, ARGV[4])
else
  redis.call("LSET", list, at, ARGV[5])
end
-- Whoever is making the chunk that it was into parts of the lane, is too late.
redis.call("HINCRBY", campaign_key(prefix, item.organization, item.campaign), "chunks", 1)
count_campaign(prefix, item.organization, item.campaign, "skipped", item.dropped)
end_if_done(prefix, shard, item.organization, item.campaign, now())
return 1

-- The first of what is left of a campaign's recipients become parts of its lane. Not fenced: nothing is sent by it.
-- shard, prefix, {organization, campaign, chunk (number of the one that was read)}, encoded parts …
-- → parts in the lane then, or -1 when that one was taken by another, or the campaign is over
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local key, lane = campaign_key(prefix, item.organization, item.campaign), "campaign:" .. item.campaign
local head = redis.call("HMGET", key, "state", "chunks")
local state = head[1]
if (state ~= "scheduled" and state ~= "running" and state ~= "paused") or tonumber(head[2]) ~= item.chunk then return -1 end
redis.call("LPOP", recipients_key(prefix, item.organization, item.campaign))
redis.call("HINCRBY", key, "chunks", 1)
local list, waiting = lane_key(prefix, item.organization, lane), 0
for first = 4, #ARGV, 1000 do
  waiting = redis.call("RPUSH", list, unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
keep_until_end(prefix, item.organization, item.campaign, list)
if state ~= "paused" then open_lane(prefix, shard, item.organization, lane, now()) end
return waiting

-- Pauses, resumes or cancels a campaign. Not fenced: what was not released is in no outbox.
-- shard, prefix, {organization, campaign, verb} → the state it has then, or "unknown"
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local key, lane = campaign_key(prefix, item.organization, item.campaign), "campaign:" .. item.campaign
local head = redis.call("HMGET", key, "state", "startedAt", "endsAt")
local state, time = head[1], now()
if not state then return "unknown" end
if state == "done" or state == "cancelled" then return state end
if item.verb == "cancel" then
  end_campaign(prefix, shard, item.organization, item.campaign, "cancelled", time)
  return "cancelled"
elseif item.verb == "pause" then
  redis.call("HSET", key, "state", "paused")
  close_lane(prefix, shard, item.organization, lane)
  return "paused"
elseif state == "paused" then
  -- Paused until after its end: whom it was for may be forgotten by now.
  if tonumber(head[3]) <= time then
    end_campaign(prefix, shard, item.organization, item.campaign, "done", time)
    return "done"
  end
  state = head[2] and "running" or "scheduled"
  redis.call("HSET", key, "state", state)
  open_lane(prefix, shard, item.organization, lane, time)
end
return state

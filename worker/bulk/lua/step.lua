-- One step of a number's pump: settles what was offered before, and offers the next part. A part leaves its lane and enters
-- an outbox in this one call, so that none is lost or released twice however it ends.
-- {organization, peppers, day, retentionMs, quietUntil (ms)?, dayEndsAt (ms), perDay, coldPerDay, gapMs, take?} → JSON
-- take: {lane, ref, verdict} with verdict "send" {chat, id, turn, part, priority, role, body, laneGapMs}, "fail" {reason, paced},
-- "again" {reason}, "closed" {until (ms)}, "over".
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
-- Heads of lanes that are looked at in one call.
local LOOKS_MAX = 200
-- What waits longer than this is not offered yet: it may have changed by then.
local OFFER_MS = 5 * 60 * 1000
-- How soon a number whose parts are on their way is looked at again, and a lane that waits for its next recipients.
local FLIGHT_LOOK_MS = 5000
local REFILL_MS = 10000
-- A lane with fewer parts than this wants the next recipients, unless so many wait for another day.
local LOW = 250
local LATER_MAX = 1000
-- Automations go after campaigns, but not for longer than this at a time.
local PATIENCE_MS = 5 * 60 * 1000
local TRIES_MAX = 5
local TOO_LATE = "it was not its turn in time"

local shard, prefix, item = ARGV[1], ARGV[4], cjson.decode(ARGV[5])
local organization, take, time = item.organization, item.take, now()
local bulk, flight = bulk_key(prefix, organization), flight_key(prefix, organization)
local lanes = lanes_key(prefix, organization)
local today = day_key(prefix, organization, item.day)
local refill

local function on_the_way()
  local count = redis.call("HLEN", flight)
  if count < FLIGHT_MAX then return count end
  -- Whatever else emptied an outbox, as an erasure, said nothing here.
  local parts = redis.call("HGETALL", flight)
  for index = 1, #parts, 2 do
    local outbound = conversation_key(prefix, organization, parts[index + 1]) .. ":out"
    local found = false
    for _, encoded in ipairs(redis.call("LRANGE", outbound, 0, -1)) do
      found = found or cjson.decode(encoded).id == parts[index]
    end
    if not found then count = count - redis.call("HDEL", flight, parts[index]) end
  end
  return count
end

-- When the number may release its next part, and what it waits for until then.
local function hold()
  local at, why = time, nil
  local function not_before(other, reason)
    if tonumber(other or 0) > at then at, why = tonumber(other), reason end
  end
  local number = redis.call("HMGET", bulk, "nextAt", "pausedUntil")
  not_before(number[1], "pace")
  if on_the_way() >= FLIGHT_MAX then not_before(time + FLIGHT_LOOK_MS, "flight") end
  if tonumber(redis.call("HGET", today, "bulk") or 0) >= item.perDay then not_before(item.dayEndsAt, "day") end
  not_before(item.quietUntil, "quiet")
  not_before(number[2], "refused")
  return at, why
end

local function pace()
  redis.call("HSET", bulk, "nextAt", string.format("%.0f", time + item.gapMs))
end

local function no_more_cold()
  return tonumber(redis.call("HGET", today, "cold") or 0) >= item.coldPerDay
end

local function is_cold(chat)
  return not chat or redis.call("HEXISTS", contact_key(prefix, organization, chat), "wrote") == 0
end

-- A person talks there at this moment, or is to: a campaign would talk across them.
local function is_with_a_person(chat)
  return chat and taken_by_person(prefix, organization, chat, time)
end

local function wants_more(lane, campaign)
  local key = lane_key(prefix, organization, lane)
  return redis.call("LLEN", key) < LOW
    and redis.call("EXISTS", recipients_key(prefix, organization, campaign)) == 1
    and redis.call("LLEN", key .. ":later") < LATER_MAX
end

-- Takes the first part out of a lane: nothing will be sent, and the campaign counts why.
local function drop(lane, outcome, reason)
  local part = redis.call("LPOP", lane_key(prefix, organization, lane))
  local campaign = string.match(lane, CAMPAIGN_LANE)
  if not campaign then
    part = part and cjson.decode(part)
    if part then run_not_sent(prefix, shard, organization, part.source .. ":" .. part.run, part.part, reason or WANTS_NONE) end
    return
  end
  count_campaign(prefix, organization, campaign, outcome)
  if reason then count_campaign(prefix, organization, campaign, "failed:" .. reason) end
  end_if_done(prefix, shard, organization, campaign, time)
end

-- Parts of a lane that wait since another day have their turn.
local function take_up_later(lane)
  local key, campaign = lane_key(prefix, organization, lane), string.match(lane, CAMPAIGN_LANE)
  for _ = 1, redis.call("LLEN", key .. ":later") do redis.call("LMOVE", key .. ":later", key, "LEFT", "RIGHT") end
  if campaign then keep_until_end(prefix, organization, campaign, key) end
  redis.call("HDEL", bulk, "later:" .. lane)
end

-- Keeps the first part of a lane for another day.
local function keep_for_later(lane, part)
  local key, campaign = lane_key(prefix, organization, lane), string.match(lane, CAMPAIGN_LANE)
  redis.call("LPOP", key)
  -- Those before it do not wait one day more because of it.
  local since = redis.call("HGET", bulk, "later:" .. lane)
  if since and since ~= item.day then take_up_later(lane) end
  local waiting = redis.call("RPUSH", key .. ":later", cjson.encode(part))
  if waiting == 1 and campaign then keep_until_end(prefix, organization, campaign, key .. ":later") end
  redis.call("HSET", bulk, "later:" .. lane, item.day)
end

-- Why a part is not to be sent (today), as what was done about it; nil when it is.
local function set_aside(lane, part)
  local campaign = string.match(lane, CAMPAIGN_LANE)
  if wants_none(prefix, organization, part.chat, part.number, item.peppers) then
    drop(lane, "skipped")
    return "skipped"
  elseif part["until"] and part["until"] <= time then
    drop(lane, "failed", TOO_LATE)
    return "failed"
  end
  local held = run_holds(prefix, shard, organization, part.source .. ":" .. part.run, part.part, time)
  if held == "stop" then
    drop(lane, "skipped")
    return "skipped"
  elseif held == "wait" then
    keep_for_later(lane, part)
    return "later"
  end
  if campaign and part.chat and redis.call("SISMEMBER", reached_key(prefix, organization, campaign), part.chat) == 1 then
    drop(lane, "repeated")
    return "repeated"
  end
  if part.source == "campaign" and is_with_a_person(part.chat) or no_more_cold() and is_cold(part.chat) then
    keep_for_later(lane, part)
    return "later"
  end
end

local function release(lane, part)
  redis.call("LPOP", lane_key(prefix, organization, lane))
  local record = read_record(prefix, shard, { organization = organization, chat = part.chat, day = item.day, retentionMs = item.retentionMs })
  add_part(record, {
    id = take.id, turn = take.turn, part = take.part, priority = take.priority, body = take.body, role = take.role,
  })
  if record.state ~= "thinking" then settle(record) end
  write_record(record)
  redis.call("HSET", flight, take.id, part.chat)
  pace()
  redis.call("ZADD", lanes, "XX", string.format("%.0f", time + take.laneGapMs), lane)
  count(prefix, item, "bulk")
  if is_cold(part.chat) then count(prefix, item, "cold") end
  local campaign = string.match(lane, CAMPAIGN_LANE)
  if not campaign then return end
  local key = campaign_key(prefix, organization, campaign)
  redis.call("SADD", reached_key(prefix, organization, campaign), part.chat)
  redis.call("HINCRBY", key, "queued", 1)
  if redis.call("HSETNX", key, "startedAt", string.format("%.0f", time)) == 1 then
    redis.call("HSET", key, "state", "running")
    keep_until_end(prefix, organization, campaign, reached_key(prefix, organization, campaign))
  end
  if wants_more(lane, campaign) then refill = campaign end
end

-- What became of the part that was offered: it may be another's turn by now, or its lane paused or gone.
local function settle_take()
  local first = redis.call("ZSCORE", lanes, take.lane) and redis.call("LINDEX", lane_key(prefix, organization, take.lane), 0)
  local part = first and cjson.decode(first)
  if not part or part.ref ~= take.ref then return "stale" end
  if take.verdict == "closed" then
    redis.call("ZADD", lanes, "XX", string.format("%.0f", take["until"]), take.lane)
    return "closed"
  elseif take.verdict == "over" then
    end_campaign(prefix, shard, organization, string.match(take.lane, CAMPAIGN_LANE), "done", time)
    return "over"
  elseif take.verdict == "fail" then
    if take.paced then pace() end
    drop(take.lane, "failed", take.reason)
    return "failed"
  elseif take.verdict == "again" then
    pace()
    part.tries = (part.tries or 0) + 1
    if part.tries >= TRIES_MAX then
      drop(take.lane, "failed", take.reason)
      return "failed"
    end
    local key = lane_key(prefix, organization, take.lane)
    redis.call("LPOP", key)
    redis.call("RPUSH", key, cjson.encode(part))
    return "again"
  end
  local _, why = hold()
  if why then return "held" end
  part.chat = take.chat
  local aside = set_aside(take.lane, part)
  if aside then return aside end
  release(take.lane, part)
  return "sent"
end

-- A lane with no part left: it waits for more, for another day, for the end of its campaign, or is closed.
local function emptied(lane)
  local key, campaign = lane_key(prefix, organization, lane), string.match(lane, CAMPAIGN_LANE)
  local waits = redis.call("EXISTS", key .. ":later") == 1
  local ends_at = campaign and tonumber(redis.call("HGET", campaign_key(prefix, organization, campaign), "endsAt") or nil)
  if ends_at and ends_at <= time then
    -- No part is left that would say so.
    end_campaign(prefix, shard, organization, campaign, "done", time)
  elseif waits and redis.call("HGET", bulk, "later:" .. lane) ~= item.day then
    take_up_later(lane)
  elseif campaign and wants_more(lane, campaign) then
    refill = campaign
    redis.call("ZADD", lanes, "XX", string.format("%.0f", time + REFILL_MS), lane)
  elseif waits then
    redis.call("ZADD", lanes, "XX", string.format("%.0f", item.dayEndsAt), lane)
  elseif ends_at then
    -- What is on its way ends it; at the latest its time does.
    redis.call("ZADD", lanes, "XX", string.format("%.0f", ends_at), lane)
    end_if_done(prefix, shard, organization, campaign, time)
  else
    redis.call("ZREM", lanes, lane)
  end
end

-- The next part of the lane whose turn it is at `at`, as {lane, part}; nil when none has any by then, or, with true, when not all
-- were looked at.
local function next_part(at)
  for _ = 1, LOOKS_MAX do
    local ready = redis.call("ZRANGEBYSCORE", lanes, "-inf", string.format("%.0f", at), "WITHSCORES", "LIMIT", 0, 2)
    local lane = ready[1]
    if not lane then return nil, false end
    if lane == "automation" and ready[3] and tonumber(ready[2]) + PATIENCE_MS > time then lane = ready[3] end
    local encoded = redis.call("LINDEX", lane_key(prefix, organization, lane), 0)
    if not encoded then
      emptied(lane)
    else
      local part = cjson.decode(encoded)
      part.chat = part.chat or chat_of_number(prefix, organization, part.number)
      if not set_aside(lane, part) then return { lane = lane, part = part }, false end
    end
  end
  return nil, true
end

local reply = { now = time }
if take then reply.took = settle_take() end
local at, why = hold()
if at <= time + OFFER_MS then
  local offer, more = next_part(at)
  reply.offer = offer
  if more then at = time end
end
if reply.offer then
  local campaign = string.match(reply.offer.lane, CAMPAIGN_LANE)
  if campaign then
    local meant = redis.call("HMGET", campaign_key(prefix, organization, campaign), "window", "perMinute")
    reply.offer.window, reply.offer.perMinute = meant[1] or nil, tonumber(meant[2] or nil)
  end
end
reply.at = plan_bulk(prefix, shard, organization, at)
reply.why = reply.at and (why or "lane") or nil
reply.refill = refill
return cjson.encode(reply)

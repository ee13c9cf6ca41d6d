-- Takes a run that is due, or sees to it that it is looked at when it is. Not fenced: what it sends goes by the record.
-- shard, prefix, {organization, run, token, forMs, fresh, peppers, day, retentionMs, runsPerHour} → JSON: "step" with what it needs; "schedule"
-- with when, and how far it has come; "busy", "later" or "gone"
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local run = read_run(prefix, item.organization, item.run)
local time = now()

local function later(at)
  look_at_run(prefix, shard, item.organization, item.run, at)
  return cjson.encode({ kind = "later", at = at })
end
local function gone()
  look_at_run(prefix, shard, item.organization, item.run, nil)
  return cjson.encode({ kind = "gone" })
end

if not run or has_ended(run) then return gone() end
if run.token and run["until"] > time then return cjson.encode({ kind = "busy", at = run["until"] }) end
if not run.token and run.at > time then return later(run.at) end

if run.state == "schedule" then
  redis.call("HSET", run.key, "token", item.token, "until", whole(time + item.forMs))
  look_at_run(prefix, shard, item.organization, item.run, time + item.forMs)
  local automation = automation_of(prefix, item.organization, run.automation)
  return cjson.encode({
    kind = "schedule",
    automation = run.automation,
    at = run.occurrence or run.at,
    now = time,
    begun = run.occurrence and true or false,
    definition = redis.call("HGET", automation_key(prefix, item.organization, run.automation), automation.version),
  })
end

if run.state == "pending" then
  item.chat = run.chat
  local contact = redis.call("HMGET", contact_key(prefix, item.organization, run.chat), "told", "wrote")
  local told, wrote = tonumber(contact[1] or 0), tonumber(contact[2] or 0)
  if told > wrote and told + run.afterMs > time then
    redis.call("HSET", run.key, "at", whole(told + run.afterMs))
    return later(told + run.afterMs)
  end
  redis.call("DEL", run.key)
  local silence = { automation = run.automation, run = item.fresh }
  -- What they wrote last is not answered: it is we who have not replied.
  if told <= wrote or not begin_run(prefix, shard, item, silence, 1) then return gone() end
  look_at_run(prefix, shard, item.organization, item.run, nil)
  run = read_run(prefix, item.organization, item.fresh)
end

if run.state == "sending" then
  if time - run.since < SENDING_MAX_MS then
    rest_run(prefix, shard, run, "sending", time + SENDING_LOOK_MS)
    return cjson.encode({ kind = "later", at = run.at })
  end
  end_run(prefix, shard, run, "failed", "its message was not sent within a week")
  return cjson.encode({ kind = "gone", state = run.state, reason = run.reason })
end
return take_run(prefix, shard, item, run, time, true)

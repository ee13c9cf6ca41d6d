-- Saves an automation, or removes it when there is no `sealed`. Runs that go on stick to the version with which they began.
-- shard, prefix, {organization, automation, sealed, on, daily, person, steps, trigger, at (ms, of a schedule), most}
-- → number of the version; 0 when there are too many; of a removal 1 when it was there, else 0
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local automations = automations_key(prefix, item.organization)
local key = automation_key(prefix, item.organization, item.automation)
local before = automation_of(prefix, item.organization, item.automation)
local version = 1
if item.sealed then
  if not before and redis.call("HLEN", automations) >= item.most then return 0 end
  version = redis.call("HINCRBY", key, "last", 1)
  redis.call("HSET", key, version, item.sealed)
  local meta = { version, item.on and "on" or "off", item.daily, item.person, item.steps, item.trigger }
  redis.call("HSET", automations, item.automation, table.concat(meta, " "))
elseif not before then
  return 0
else
  redis.call("HDEL", automations, item.automation)
end
if before then drop_version(prefix, item.organization, item.automation, before.version) end

-- One member of `due` for each schedule; what it has begun for some contacts it does not go on with.
local schedule = "schedule-" .. item.automation
local schedule_key = run_key(prefix, item.organization, schedule)
redis.call("DEL", schedule_key)
if item.sealed and item.on and item.at then
  redis.call("HSET", schedule_key, "automation", item.automation, "state", "schedule", "at", whole(item.at))
  look_at_run(prefix, shard, item.organization, schedule, item.at)
else
  look_at_run(prefix, shard, item.organization, schedule, nil)
end

-- Every process learns of it with its heartbeat, as of changed settings; whom it concerns, these numbers say.
local change = redis.call("INCR", prefix .. ":organizations:version")
local automated = prefix .. ":automated"
if redis.call("EXISTS", automations) == 1 then
  redis.call("HSET", automated, item.organization, change)
else
  redis.call("HDEL", automated, item.organization)
end
return version

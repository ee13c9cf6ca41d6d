-- Begins a batch of the runs of a schedule, one for each contact that has the tag: in the order of their chats, from where the last
-- batch ended, so that each gets one whatever happens in between.
-- shard, prefix, {organization, run, token, tag, occurrence, next, batch, pauseMs, peppers, day, retentionMs, runsPerHour}
-- → {begun, goes on: 1 or 0}, or "lost"
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local run = read_run(prefix, item.organization, item.run)
if not run or run.token ~= item.token then return "lost" end
local time = now()
local from = run.cursor and "(" .. run.cursor or "-"
local chats = redis.call("ZRANGEBYLEX", tagged_key(prefix, item.organization, item.tag), from, "+", "LIMIT", 0, item.batch)
-- The other half is for what customers start themselves, which cannot wait.
local room = math.floor((item.runsPerHour or RUNS_PER_HOUR) / 2)
local begun, cursor, full = 0, run.cursor, false
for _, chat in ipairs(chats) do
  if tonumber(redis.call("GET", hourly_key(prefix, item.organization, time)) or 0) >= room then
    full = true
    break
  end
  item.chat, cursor = chat, chat
  if not wants_no_automation(prefix, item, chat) then
    local id = string.sub(redis.sha1hex(run.automation .. " " .. chat .. " " .. whole(item.occurrence)), 1, 24)
    if begin_run(prefix, shard, item, { automation = run.automation, run = id }, 1) then begun = begun + 1 end
  end
end
redis.call("HDEL", run.key, "token", "until")
local goes_on = full or item.batch > 0 and #chats == item.batch
if not goes_on then
  redis.call("HDEL", run.key, "occurrence", "cursor")
  redis.call("HSET", run.key, "at", whole(item.next))
  look_at_run(prefix, shard, item.organization, item.run, item.next)
  return { begun, 0 }
end
local at = full and (math.floor(time / HOUR_MS) + 1) * HOUR_MS or time + item.pauseMs
redis.call("HSET", run.key, "occurrence", whole(item.occurrence), "at", whole(at))
if cursor then redis.call("HSET", run.key, "cursor", cursor) end
look_at_run(prefix, shard, item.organization, item.run, at)
return { begun, 1 }

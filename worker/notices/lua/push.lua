-- Not fenced: any process may have something to tell, and queueing sends nothing.
-- shard, prefix, {organization, notices: {id, body, forMs}[], once?: {job, day, erasures}, keep?: {key, value, ms}}
-- → how many were queued; -1 when the job was done for this day or a later one, -2 when somebody was erased since it began, and
-- then nothing is written
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local organization, once, keep = item.organization, item.once, item.keep
if once and (redis.call("GET", prefix .. ":erased") or "") ~= once.erasures then return -2 end
if once and not conclude(prefix, organization, once.job, once.day) then return -1 end
if keep then redis.call("SET", keep.key, keep.value, "PX", string.format("%.0f", keep.ms)) end

local key, time, queued, longest = notices_key(prefix, organization), now(), 0, 0
for _, notice in ipairs(item.notices) do
  local noted = queued_key(prefix, organization, "notice-" .. notice.id)
  if redis.call("SET", noted, 1, "NX", "EX", SENT_SECONDS) then
    local entry = { id = notice.id, body = notice.body, ends = time + notice.forMs }
    redis.call("RPUSH", key, cjson.encode(entry))
    queued, longest = queued + 1, math.max(longest, notice.forMs)
  end
end
if queued > 0 then
  redis.call("LTRIM", key, -NOTICES_MAX, -1)
  -- A number that never comes back keeps nobody's words; one that does says what it did not tell.
  redis.call("PEXPIRE", key, string.format("%.0f", math.max(longest + UNTOLD_MS, redis.call("PTTL", key))))
  look_for_notices(prefix, shard, organization, time)
end
return queued

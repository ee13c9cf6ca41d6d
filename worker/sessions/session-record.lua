-- Notes that a WhatsApp session opened or ended, for the owner of its shard only. Needs fence.lua.
-- KEYS: leases, sessions. ARGV: shard, owner, epoch, prefix, organization, place, why it ended or "" if it opened.
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end

local process, organization, reason = ARGV[2], ARGV[5], ARGV[7]
local stored = redis.call("HGET", KEYS[2], organization)
local before = stored and cjson.decode(stored)
local at = now()

local function note(record)
  redis.call("HSET", KEYS[2], organization, cjson.encode(record))
  return "noted"
end

if reason ~= "" then
  -- Without a connection since the first end: who dials in vain, or has never been connected, does not move it.
  if not before then return "kept" end
  if before.state == "ended" then
    before.reason = reason
    return note(before)
  end
  if before.process ~= process then return "kept" end
  before.state, before.since, before.reason = "ended", at, reason
  return note(before)
end

local record = { state = "open", since = at, place = ARGV[6], process = process }
if before and before.process == process then
  record.gapMs, record.gapFrom = before.gapMs, before.gapFrom
elseif before and before.state == "ended" then
  record.gapMs, record.gapFrom = at - before.since, "end"
elseif before then
  local heard = redis.call("GET", ARGV[4] .. ":heard:" .. before.process)
  if heard then
    record.gapMs, record.gapFrom = math.max(0, at - tonumber(heard)), "heartbeat"
  else
    record.gapFrom = "unknown"
  end
end
return note(record)

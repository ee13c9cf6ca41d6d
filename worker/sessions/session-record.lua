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

-- When a process that was killed had its last connection, as far as anybody knows.
local function ended_by_kill(record)
  local heard = redis.call("GET", ARGV[4] .. ":heard:" .. record.process)
  record.state, record.since, record.endFrom = "ended", heard and tonumber(heard) or at, heard and "heartbeat" or "unknown"
end

if reason ~= "" then
  -- Without a connection since the first end: who dials in vain, or has never been connected, does not move it.
  if not before then return "kept" end
  if before.state == "open" then
    if before.process == process then
      before.state, before.since, before.endFrom = "ended", at, "end"
    else
      ended_by_kill(before)
    end
  end
  before.reason = reason
  return note(before)
end

local record = { state = "open", since = at, place = ARGV[6], process = process }
if before and before.process == process then
  record.gapMs, record.gapFrom = before.gapMs, before.gapFrom
elseif before then
  if before.state == "open" then ended_by_kill(before) end
  record.gapFrom = before.endFrom
  if before.endFrom ~= "unknown" then record.gapMs = math.max(0, at - before.since) end
end
return note(record)

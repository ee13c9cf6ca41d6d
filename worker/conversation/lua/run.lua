-- Runs of automations: how one goes on, and ends; starts.lua has how one begins. Needs fence.lua, due.lua, contact.lua and record.lua.
-- A run that goes on is in the shard's `due` as `organization run:<id>`, with the ms when somebody is to look at it.

-- What ended is listed for so long.
local RUN_KEPT_MS = 7 * 24 * 3600 * 1000
local ENDED_KEPT = 1000
local HOUR_MS = 3600 * 1000
-- Whoever waits for the server's ack of its message is looked at again after so long, and is given up after so long.
local SENDING_LOOK_MS = HOUR_MS
local SENDING_MAX_MS = 7 * 24 * HOUR_MS
local WANTS_NONE = "the contact wants no messages of this kind"
local REMOVED = "the automation was removed"
local SWITCHED_OFF = "the automation was switched off"
local TAKEN_OVER = "a person has taken the chat over"

-- Hash of an organization: automation → `version on|off perContactPerDay stop|wait steps trigger`; the trigger is its name, or
-- `tag:<tag>`.
local function automations_key(prefix, organization)
  return prefix .. ":automations:" .. organization
end

-- Hash of one automation: version → sealed, `runs <version>` → how many runs of it go on, `last` → number of the last version.
local function automation_key(prefix, organization, automation)
  return prefix .. ":automations:" .. organization .. ":" .. automation
end

-- Hash: `automation`, `version`, `chat`, `state` (pending, running, waiting, sending, done, stopped, failed), `step` (from 0),
-- `steps`, `attempt`, `depth`, `began`, `at` (ms: when it goes on), `token` and `until` of who is doing it, `person`
-- (stop, wait), `instead` (of the AI), `since` (sending), `afterMs` (pending), `reason`, `ended`.
local function run_key(prefix, organization, run)
  return prefix .. ":run:" .. organization .. ":" .. run
end

-- String: sealed text and name of the message that began the run.
local function run_text_key(prefix, organization, run)
  return run_key(prefix, organization, run) .. ":text"
end

-- Sorted sets of an organization: run by the ms when it began, and when it ended.
local function runs_key(prefix, organization)
  return prefix .. ":runs:" .. organization
end
local function ended_key(prefix, organization)
  return prefix .. ":ended:" .. organization
end

local function whole(number)
  return string.format("%.0f", number)
end

local function look_at_run(prefix, shard, organization, run, at)
  look_again(prefix, shard, organization .. " run:" .. run, at)
end

local function automation_of(prefix, organization, automation)
  local meta = redis.call("HGET", automations_key(prefix, organization), automation)
  if not meta then return nil end
  local version, on, daily, person, steps = string.match(meta, "^(%d+) (%a+) (%d+) (%a+) (%d+)")
  return { version = version, on = on == "on", daily = tonumber(daily), person = person, steps = steps }
end

local function read_run(prefix, organization, id)
  local key = run_key(prefix, organization, id)
  local flat = redis.call("HGETALL", key)
  if #flat == 0 then return nil end
  local run = { key = key, id = id, organization = organization }
  for index = 1, #flat, 2 do run[flat[index]] = flat[index + 1] end
  for _, field in ipairs({ "step", "steps", "attempt", "depth", "began", "at", "until", "since", "afterMs", "occurrence" }) do
    run[field] = tonumber(run[field])
  end
  return run
end

local function has_ended(run)
  return run.state == "done" or run.state == "stopped" or run.state == "failed"
end

-- Lists what ended; what ended long ago is forgotten.
local function list_ended(prefix, organization, run, time)
  local key = ended_key(prefix, organization)
  redis.call("ZADD", key, whole(time), run)
  redis.call("ZREMRANGEBYSCORE", key, "-inf", whole(time - RUN_KEPT_MS))
  for _, old in ipairs(redis.call("ZRANGE", key, 0, -ENDED_KEPT - 1)) do
    redis.call("ZREM", key, old)
    redis.call("DEL", run_key(prefix, organization, old))
  end
  redis.call("PEXPIRE", key, RUN_KEPT_MS)
end

-- A version of an automation is kept while it is the current one, or runs of it go on.
local function drop_version(prefix, organization, automation, version)
  local current = automation_of(prefix, organization, automation)
  if current and current.version == version then return end
  local key = automation_key(prefix, organization, automation)
  if tonumber(redis.call("HGET", key, "runs " .. version) or 0) > 0 then return end
  redis.call("HDEL", key, version, "runs " .. version)
  -- Removed, and its last run has ended: what is left is its last number.
  if not current and redis.call("HLEN", key) == 1 then redis.call("DEL", key) end
end

-- `state` is done, stopped or failed; why, where it is not done.
local function end_run(prefix, shard, run, state, reason)
  local time = now()
  redis.call("HSET", run.key, "state", state, "ended", whole(time), "step", run.step)
  if reason then redis.call("HSET", run.key, "reason", reason) end
  -- Nobody else answers what it was to answer.
  local unanswered = state == "failed" or state == "stopped" and not run.since and reason ~= TAKEN_OVER
  if run.instead and unanswered then hand_over(prefix, run, time) end
  redis.call("HDEL", run.key, "token", "until", "at", "since")
  redis.call("PEXPIRE", run.key, RUN_KEPT_MS)
  redis.call("DEL", run_text_key(prefix, run.organization, run.id))
  redis.call("ZREM", runs_key(prefix, run.organization), run.id)
  look_at_run(prefix, shard, run.organization, run.id, nil)
  list_ended(prefix, run.organization, run.id, time)
  redis.call("HINCRBY", automation_key(prefix, run.organization, run.automation), "runs " .. run.version, -1)
  drop_version(prefix, run.organization, run.automation, run.version)
  run.state, run.reason = state, reason
end

-- Nobody does anything for the run until `at`.
local function rest_run(prefix, shard, run, state, at)
  run.state, run.at, run.token, run["until"] = state, at, nil, nil
  redis.call("HSET", run.key, "state", state, "step", run.step, "attempt", run.attempt, "at", whole(at))
  redis.call("HDEL", run.key, "token", "until")
  look_at_run(prefix, shard, run.organization, run.id, at)
end

-- The run goes on with the step after this one, at once or at `at`, or has done all of them.
local function next_step(prefix, shard, run, at)
  run.step, run.attempt = run.step + 1, 0
  if run.step >= run.steps then return end_run(prefix, shard, run, "done") end
  rest_run(prefix, shard, run, at and "waiting" or "running", at or now())
end

-- The run whose message a part is: `source` as `source_of` says, and its number is that of the step.
local function run_of_part(prefix, organization, source, part)
  local id = string.match(source, "^automation:(.+)$")
  local run = id and read_run(prefix, organization, id)
  if run and run.step == part and not has_ended(run) and run.state ~= "pending" then return run end
end

-- The server has a message of a run.
local function run_acked(prefix, shard, organization, source, part)
  local run = run_of_part(prefix, organization, source, part)
  if run then next_step(prefix, shard, run) end
end

-- A message of a run will not be sent: the server refused it, or it was taken out of its lane.
local function run_not_sent(prefix, shard, organization, source, part, reason)
  local run = run_of_part(prefix, organization, source, part)
  if run then end_run(prefix, shard, run, reason == WANTS_NONE and "stopped" or "failed", reason) end
end

local function wants_no_automation(prefix, item, chat)
  local number = redis.call("HGET", contact_key(prefix, item.organization, chat), "number") or nil
  return wants_none(prefix, item.organization, chat, number, item.peppers)
end

-- Ms until which a person has the chat, if one has.
local function taken_by_person(prefix, organization, chat, time)
  local till = tonumber(redis.call("HGET", conversation_key(prefix, organization, chat), "silentUntil") or 0)
  return till > time and till or nil
end

-- Whether a message of a run, whose turn it is in its lane, may go out: nil when it may (or is of no run); "stop" when the run has
-- ended, or ends by this; "wait" while a person has the chat.
local function run_holds(prefix, shard, organization, source, part, time)
  local id = string.match(source, "^automation:(.+)$")
  local run = id and read_run(prefix, organization, id)
  if not run then return nil end
  if has_ended(run) or run.step ~= part then return "stop" end
  local automation = automation_of(prefix, organization, run.automation)
  if not automation or not automation.on then
    end_run(prefix, shard, run, "stopped", automation and SWITCHED_OFF or REMOVED)
    return "stop"
  end
  if not taken_by_person(prefix, organization, run.chat, time) then return nil end
  if run.person == "wait" then return "wait" end
  end_run(prefix, shard, run, "stopped", TAKEN_OVER)
  return "stop"
end

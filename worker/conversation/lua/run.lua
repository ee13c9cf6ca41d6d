-- Runs of automations: how one begins, goes on, and ends. Needs fence.lua, due.lua, contact.lua and record.lua.
-- A run that goes on is in the shard's `due` as `organization run:<id>`, with the ms when somebody is to look at it.

-- What ended is listed for so long.
local RUN_KEPT_MS = 7 * 24 * 3600 * 1000
local ENDED_KEPT = 1000
-- Of starts that were refused for the same reason on one day, so many are listed; all are counted.
local REFUSALS_LISTED = 20
-- A tag that a run puts on may start another one, which may put on another tag.
local DEPTH_MAX = 5
local HOUR_MS = 3600 * 1000
-- Whoever waits for the server's ack of its message is looked at again after so long, and is given up after so long.
local SENDING_LOOK_MS = HOUR_MS
local SENDING_MAX_MS = 7 * 24 * HOUR_MS
local RUNS_PER_HOUR = 1000
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
  return prefix .. ":automation:" .. organization .. ":" .. automation
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

-- Hash of a contact: automation → `day runs`, begun on that day.
local function begun_key(prefix, organization, chat)
  return prefix .. ":begun:" .. organization .. ":" .. chat
end

-- String: runs of an organization that began in the hour of this time.
local function hourly_key(prefix, organization, time)
  return prefix .. ":hourly:" .. organization .. ":" .. math.floor(time / HOUR_MS)
end

-- Hash of an organization's day: `automation reason` → starts that were refused.
local function refusals_key(prefix, item)
  return prefix .. ":refusals:" .. item.organization .. ":" .. item.day
end

-- Set of a contact's tags, and of a tag's contacts a sorted set, all with the same score, to be walked in order.
local function tags_key(prefix, organization, chat)
  return prefix .. ":tags:" .. organization .. ":" .. chat
end
local function tagged_key(prefix, organization, tag)
  return prefix .. ":tagged:" .. organization .. ":" .. tag
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
  if state == "failed" and run.instead then hand_over(prefix, run, time) end
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

-- Why a run must not begin, if it must not. Counts it otherwise.
local function refusal(prefix, item, start, automation, depth, time)
  if depth > DEPTH_MAX then return "a chain of more than " .. DEPTH_MAX .. " automations" end
  local begun = begun_key(prefix, item.organization, item.chat)
  local day, runs = string.match(redis.call("HGET", begun, start.automation) or "", "^(%S+) (%d+)$")
  local today = (day == item.day and tonumber(runs) or 0) + 1
  redis.call("HSET", begun, start.automation, item.day .. " " .. today)
  redis.call("PEXPIRE", begun, 48 * HOUR_MS)
  if today > automation.daily then return "more than " .. automation.daily .. " runs for one contact in one day" end
  local limit = item.runsPerHour or RUNS_PER_HOUR
  local hourly = hourly_key(prefix, item.organization, time)
  local hour = redis.call("INCR", hourly)
  if hour == 1 then redis.call("PEXPIRE", hourly, 2 * HOUR_MS) end
  if hour > limit then return "more than " .. limit .. " runs of the organization in one hour" end
  return nil
end

local function refuse_run(prefix, item, start, automation, depth, time, reason)
  local refusals = refusals_key(prefix, item)
  local times = redis.call("HINCRBY", refusals, start.automation .. " " .. reason, 1)
  if times == 1 then redis.call("EXPIRE", refusals, DAY_SECONDS) end
  if times > REFUSALS_LISTED then return end
  local key = run_key(prefix, item.organization, start.run)
  redis.call(
    "HSET", key, "automation", start.automation, "version", automation.version, "chat", item.chat, "state", "stopped",
    "step", 0, "steps", automation.steps, "attempt", 0, "depth", depth, "began", whole(time), "ended", whole(time),
    "reason", reason
  )
  redis.call("PEXPIRE", key, RUN_KEPT_MS)
  list_ended(prefix, item.organization, start.run, time)
end

-- Begins a run: `item` names the chat ({organization, chat, day, retentionMs, runsPerHour?}), `start` the automation and the run.
-- Harmless when it began before. Returns true when it begins now.
local function begin_run(prefix, shard, item, start, depth, body)
  local automation = automation_of(prefix, item.organization, start.automation)
  if not automation or not automation.on then return false end
  local key = run_key(prefix, item.organization, start.run)
  if redis.call("EXISTS", key) == 1 then return false end
  local time = now()
  local reason = refusal(prefix, item, start, automation, depth, time)
  if reason then
    refuse_run(prefix, item, start, automation, depth, time, reason)
    return false
  end
  redis.call(
    "HSET", key, "automation", start.automation, "version", automation.version, "chat", item.chat, "state", "running",
    "step", 0, "steps", automation.steps, "attempt", 0, "depth", depth, "began", whole(time), "at", whole(time),
    "person", automation.person
  )
  if body then
    redis.call("SET", run_text_key(prefix, item.organization, start.run), body, "PX", whole(item.retentionMs))
  end
  redis.call("HINCRBY", automation_key(prefix, item.organization, start.automation), "runs " .. automation.version, 1)
  redis.call("ZADD", runs_key(prefix, item.organization), whole(time), start.run)
  look_at_run(prefix, shard, item.organization, start.run, time)
  count(prefix, item, "runs")
  return true
end

-- What a message of a customer starts: `item.starts` is {automation, run, when: "always" or "first", waits, instead}[]. In a chat
-- that a person has, only what waits until it is not. Returns true when that answers the message instead of the AI.
local function start_runs(prefix, shard, item, first, silent)
  local answers = false
  if type(item.starts) ~= "table" then return answers end
  for _, start in ipairs(item.starts) do
    if (start.when == "always" or first) and (start.waits or not silent) then
      if begin_run(prefix, shard, item, start, 1, item.body) and start.instead then
        redis.call("HSET", run_key(prefix, item.organization, start.run), "instead", 1)
        answers = true
      end
    end
  end
  return answers
end

-- We wrote: what is to happen when nothing comes back is looked at after a while. `item.expects` is {automation, run, afterMs}[]; the
-- run is one for each chat, and what it begins is another one.
local function expect_reply(prefix, shard, item)
  if type(item.expects) ~= "table" then return end
  for _, start in ipairs(item.expects) do
    local key = run_key(prefix, item.organization, start.run)
    local automation = automation_of(prefix, item.organization, start.automation)
    if automation and automation.on and redis.call("EXISTS", key) == 0 then
      local at = now() + start.afterMs
      redis.call(
        "HSET", key, "automation", start.automation, "chat", item.chat, "state", "pending", "afterMs", whole(start.afterMs),
        "at", whole(at)
      )
      look_at_run(prefix, shard, item.organization, start.run, at)
    end
  end
end

-- A contact gets a tag, which may start automations. Returns true when it had not got it.
local function put_tag(prefix, shard, item, tag, cause, depth)
  if redis.call("SADD", tags_key(prefix, item.organization, item.chat), tag) == 0 then return false end
  redis.call("ZADD", tagged_key(prefix, item.organization, tag), 0, item.chat)
  local all = redis.call("HGETALL", automations_key(prefix, item.organization))
  for index = 1, #all, 2 do
    if string.sub(all[index + 1], -#tag - 5) == " tag:" .. tag then
      local run = string.sub(redis.sha1hex(all[index] .. " " .. item.chat .. " " .. cause), 1, 24)
      begin_run(prefix, shard, item, { automation = all[index], run = run }, depth)
    end
  end
  return true
end

local function take_tag(prefix, item, tag)
  redis.call("SREM", tags_key(prefix, item.organization, item.chat), tag)
  redis.call("ZREM", tagged_key(prefix, item.organization, tag), item.chat)
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

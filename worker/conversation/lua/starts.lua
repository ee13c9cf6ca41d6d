-- What begins runs of automations: messages, what is not answered, and tags; and what limits them. Needs run.lua.

-- Of starts that were refused for the same reason on one day, so many are listed; all are counted.
local REFUSALS_LISTED = 20
-- A tag that a run puts on may start another one, which may put on another tag.
local DEPTH_MAX = 5
local RUNS_PER_HOUR = 1000

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
-- that a person has, only what waits until it is not. Returns true when that answers the message instead of the AI, which it cannot
-- where the contact wants nothing of an automation.
local function start_runs(prefix, shard, item, first, silent)
  local answers = false
  if type(item.starts) ~= "table" then return answers end
  for _, start in ipairs(item.starts) do
    if (start.when == "always" or first) and (start.waits or not silent) then
      local begins = begin_run(prefix, shard, item, start, 1, item.body)
      if begins and start.instead and not wants_no_automation(prefix, item, item.chat) then
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

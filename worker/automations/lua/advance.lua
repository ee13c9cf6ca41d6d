-- What became of a step, with what it does in the store: one write, by whoever has the token.
-- shard, prefix, {organization, run, token, step, forMs, peppers, day, retentionMs, runsPerHour, outcome} → JSON: "step" when the run goes on at
-- once, and it is the caller's still; "sent" when a message is in the outbox; "later", "gone", or "lost" when it was not the caller's
-- any more
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local outcome = item.outcome
local run = read_run(prefix, item.organization, item.run)
if not run or has_ended(run) or run.token ~= item.token or run.step ~= item.step then
  return cjson.encode({ kind = "lost" })
end
item.chat = run.chat
local time = now()

local function later()
  return cjson.encode({ kind = "later", at = run.at })
end
local function gone()
  return cjson.encode({ kind = "gone", state = run.state, reason = run.reason })
end
local function stop(reason)
  end_run(prefix, shard, run, "stopped", reason)
  return gone()
end

-- A message of the run may go out now; else what becomes of it.
local function unless_sendable()
  local person = taken_by_person(prefix, run.organization, run.chat, time)
  if wants_no_automation(prefix, item, run.chat) then
    return stop(WANTS_NONE)
  end
  if not person then return nil end
  if run.person ~= "wait" then return stop(TAKEN_OVER) end
  rest_run(prefix, shard, run, "waiting", person)
  return later()
end

local actions = {}

-- In this chat's own outbox: to whoever wrote a moment ago. {id, turn, part, body}
function actions.send()
  local unsendable = unless_sendable()
  if unsendable then return unsendable end
  local queued = queued_key(prefix, run.organization, outcome.id)
  if redis.call("SET", queued, 1, "NX", "EX", SENT_SECONDS) then
    local record = read_record(prefix, shard, item)
    add_part(record, {
      id = outcome.id, turn = outcome.turn, part = outcome.part, priority = 3, body = outcome.body, role = "automation",
    })
    if record.state ~= "thinking" then settle(record) end
    write_record(record)
  end
  redis.call("HSET", run.key, "since", whole(time))
  rest_run(prefix, shard, run, "sending", time + SENDING_LOOK_MS)
  return cjson.encode({ kind = "sent" })
end

-- In the organization's lane, where it waits for its turn.
actions["in-lane"] = function()
  redis.call("HSET", run.key, "since", whole(time))
  rest_run(prefix, shard, run, "sending", time + SENDING_LOOK_MS)
  return later()
end

-- The caller saw that its message cannot be sent now.
actions["not-now"] = function()
  local unsendable = unless_sendable()
  if unsendable then return unsendable end
  rest_run(prefix, shard, run, "running", time)
  return later()
end

-- {tag}
function actions.tag()
  put_tag(prefix, shard, item, outcome.tag, run.id .. " " .. run.step, run.depth + 1)
  next_step(prefix, shard, run)
end

-- {tag}
function actions.untag()
  take_tag(prefix, item, outcome.tag)
  next_step(prefix, shard, run)
end

-- {forMs, reply: {id, turn, body}}
actions["hand-over"] = function()
  hand_to_person(prefix, shard, {
    organization = run.organization, chat = run.chat, day = item.day, retentionMs = item.retentionMs,
    forMs = outcome.forMs, reply = outcome.reply,
  })
  next_step(prefix, shard, run)
end

-- {at} or {inMs}
function actions.wait()
  next_step(prefix, shard, run, outcome.at or time + outcome.inMs)
end

function actions.next()
  next_step(prefix, shard, run)
end

-- The step was not done: {inMs, counts}
function actions.again()
  if outcome.counts then run.attempt = run.attempt + 1 end
  rest_run(prefix, shard, run, "running", time + outcome.inMs)
  return later()
end

-- {state, reason}
actions["end"] = function()
  end_run(prefix, shard, run, outcome.state, outcome.reason)
end

local answer = actions[outcome.kind]()
if answer then return answer end
if has_ended(run) then return gone() end
if run.at > time then return later() end
return take_run(prefix, shard, item, run, time, false)

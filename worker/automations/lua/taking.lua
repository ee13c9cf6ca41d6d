-- Taking a run, to do its step: whoever has the token may end it, until somebody else takes it.

-- Takes a run whose time has come for `item.forMs` under `item.token`. Returns JSON.
local function take_run(prefix, shard, item, run, time, with_definition)
  local automation = automation_of(prefix, run.organization, run.automation)
  if not automation or not automation.on then
    end_run(prefix, shard, run, "stopped", automation and SWITCHED_OFF or REMOVED)
    return cjson.encode({ kind = "gone", state = run.state, reason = run.reason })
  end
  local for_ms = item.forMs
  -- Whoever had it before is gone: what kills each who does it must not be done for ever, and what nobody can read, as a version
  -- that is not known here, is tried seldom.
  if run.token then
    run.attempt = run.attempt + 1
    for_ms = for_ms * 2 ^ math.min(run.attempt, 6)
  end
  run.token, run["until"] = item.token, time + for_ms
  redis.call("HSET", run.key, "token", run.token, "until", whole(run["until"]), "attempt", run.attempt)
  look_at_run(prefix, shard, run.organization, run.id, run["until"])
  local contact = redis.call("HMGET", contact_key(prefix, run.organization, run.chat), "wrote", "number")
  return cjson.encode({
    kind = "step",
    run = run.id,
    automation = run.automation,
    chat = run.chat,
    step = run.step,
    attempt = run.attempt,
    began = run.began,
    now = time,
    wrote = tonumber(contact[1] or nil),
    optedOut = wants_no_automation(prefix, item, run.chat),
    number = contact[2] or nil,
    personUntil = taken_by_person(prefix, run.organization, run.chat, time),
    tags = redis.call("SMEMBERS", tags_key(prefix, run.organization, run.chat)),
    body = redis.call("GET", run_text_key(prefix, run.organization, run.id)) or nil,
    definition = with_definition
      and redis.call("HGET", automation_key(prefix, run.organization, run.automation), run.version) or nil,
  })
end

-- What an organization's number has to send to many, and what became of it. Needs due.lua.
--
-- A lane is a list of parts that wait for their turn: `campaign:<id>` of each campaign, `campaign` and `automation` of single
-- ones. The owner of the number releases them one by one, at the number's pace (bulk/lua/step.lua), into the outboxes of
-- conversations. When the number may release its next one is the score of `organization bulk` in the shard's `due`.

-- Parts of one number that are released and not acked.
local FLIGHT_MAX = 3
-- How long a number sends nothing to many after the server refused a part; doubles with each refusal in a row.
local FIRST_PAUSE_MS = 15 * 60 * 1000
local LONGEST_PAUSE_MS = 24 * 3600 * 1000
-- What a contact writes within so long after a campaign's message is an answer to it.
local ANSWER_MS = 7 * 24 * 3600 * 1000
-- Counts of a campaign are kept for so long after it has ended.
local ENDED_SECONDS = 400 * 24 * 3600
-- Texts and recipients of a campaign go so long after its end at the latest, whatever becomes of it and of its number.
local KEPT_MS = 24 * 3600 * 1000

-- Hash: `nextAt`, `pausedUntil` (ms), `pausedBy` (reason), `refusals` (in a row), `later:<lane>` (day for which parts of it wait).
local function bulk_key(prefix, organization)
  return prefix .. ":bulk:" .. organization
end

-- Hash: WhatsApp id of a part that is released and not acked → its chat.
local function flight_key(prefix, organization)
  return bulk_key(prefix, organization) .. ":flight"
end

-- Sorted set: lanes that may release something, by the ms from which they may: a paused one is not in it.
local function lanes_key(prefix, organization)
  return prefix .. ":lanes:" .. organization
end

-- List: parts as JSON {ref, source, run, part, chat?, number?, until? (ms), body (sealed), tries?}, the next one first. With `:later`, those
-- that may not go out today.
local function lane_key(prefix, organization, lane)
  return prefix .. ":lane:" .. organization .. ":" .. lane
end

-- Hash of a campaign: its state, what it is (sealed where it is text) and its counts.
local function campaign_key(prefix, organization, campaign)
  return prefix .. ":campaigns:" .. organization .. ":" .. campaign
end

-- Sorted set of an organization: campaign by the ms at which it was created.
local function campaigns_key(prefix, organization)
  return prefix .. ":campaigns:" .. organization
end

-- List: recipients that are in no lane yet, sealed, some hundred at a time.
local function recipients_key(prefix, organization, campaign)
  return campaign_key(prefix, organization, campaign) .. ":recipients"
end

-- Set: chats to which the campaign was released, so that two numbers of one person are written to once.
local function reached_key(prefix, organization, campaign)
  return campaign_key(prefix, organization, campaign) .. ":reached"
end

-- Hash of an organization: phone number → chat, of those who wrote.
local function numbers_key(prefix, organization)
  return prefix .. ":numbers:" .. organization
end

-- Set of an organization: chats and phone numbers that want nothing that goes to many. It has no end.
local function opt_outs_key(prefix, organization)
  return prefix .. ":optouts:" .. organization
end

-- Set of an organization: digests of the chats and numbers of those who wanted nothing and were erased; and `again <name>` of
-- those who came back and want it again. It has no end.
local function erased_opt_outs_key(prefix, organization)
  return opt_outs_key(prefix, organization) .. ":erased"
end

local CAMPAIGN_LANE = "^campaign:(.+)$"

-- Brazilian mobile numbers are known with and without their ninth digit: both forms, the given one first.
local function forms_of(number)
  local area, rest = string.match(number, "^55(%d%d)9(%d%d%d%d%d%d%d%d)$")
  if area then return { number, "55" .. area .. rest } end
  area, rest = string.match(number, "^55(%d%d)([6-9]%d%d%d%d%d%d%d)$")
  if area then return { number, "55" .. area .. "9" .. rest } end
  return { number }
end

local function number_of_chat(chat)
  return string.match(chat, "^(%d+)@s%.whatsapp%.net$")
end

-- All that somebody is known as who may want nothing: the chat, and the forms of the number where it is known.
local function names_of(chat, number)
  number = number or (chat and number_of_chat(chat))
  local names = number and forms_of(number) or {}
  names[#names + 1] = chat
  return names
end

-- The chat of whoever has this number and wrote before.
local function chat_of_number(prefix, organization, number)
  for _, form in ipairs(number and forms_of(number) or {}) do
    local chat = redis.call("HGET", numbers_key(prefix, organization), form)
    if chat then return chat end
  end
end

-- Whether somebody by one of these names was erased after they wanted nothing. A digest is of a pepper, which the store has not
-- got, and the digits of the name.
local function erased_wants_none(prefix, organization, names, peppers)
  local key = erased_opt_outs_key(prefix, organization)
  if not peppers or redis.call("EXISTS", key) == 0 then return false end
  for _, name in ipairs(names) do
    if redis.call("SISMEMBER", key, "again " .. name) == 1 then return false end
  end
  for _, name in ipairs(names) do
    for _, pepper in ipairs(peppers) do
      if redis.call("SISMEMBER", key, redis.sha1hex(pepper .. string.match(name, "^%d*"))) == 1 then return true end
    end
  end
  return false
end

-- Whether a chat or the number of a part wants nothing that goes to many.
local function wants_none(prefix, organization, chat, number, peppers)
  local names = names_of(chat, number)
  for _, told in ipairs(redis.call("SMISMEMBER", opt_outs_key(prefix, organization), unpack(names))) do
    if told == 1 then return true end
  end
  return erased_wants_none(prefix, organization, names, peppers)
end

-- Sees to it that the owner looks when the first lane may release something, and not before the number may. Returns when (ms),
-- or nil when no lane has anything.
local function plan_bulk(prefix, shard, organization, not_before)
  local first = redis.call("ZRANGE", lanes_key(prefix, organization), 0, 0, "WITHSCORES")
  local member = organization .. " bulk"
  if not first[1] then
    look_again(prefix, shard, member, nil)
    return nil
  end
  local held = redis.call("HMGET", bulk_key(prefix, organization), "nextAt", "pausedUntil")
  local at = math.max(tonumber(first[2]), tonumber(held[1] or 0), tonumber(held[2] or 0), not_before or 0)
  look_again(prefix, shard, member, at)
  return at
end

-- Opens a lane that has something to release, not before `at`.
local function open_lane(prefix, shard, organization, lane, at)
  redis.call("ZADD", lanes_key(prefix, organization), "NX", string.format("%.0f", at), lane)
  plan_bulk(prefix, shard, organization)
end

local function close_lane(prefix, shard, organization, lane)
  redis.call("ZREM", lanes_key(prefix, organization), lane)
  plan_bulk(prefix, shard, organization)
end

-- Counts in a campaign that is there: one that was erased stays so.
local function count_campaign(prefix, organization, campaign, what, by)
  local key = campaign_key(prefix, organization, campaign)
  if redis.call("EXISTS", key) == 1 then redis.call("HINCRBY", key, what, by or 1) end
end

-- Gives a key that holds texts or recipients of a campaign its end.
local function keep_until_end(prefix, organization, campaign, key)
  local ends_at = redis.call("HGET", campaign_key(prefix, organization, campaign), "endsAt")
  if ends_at then redis.call("PEXPIREAT", key, string.format("%.0f", ends_at + KEPT_MS)) end
end

-- Ends a campaign: its texts and recipients go, its counts stay for a while.
local function end_campaign(prefix, shard, organization, campaign, state, time)
  local key, lane = campaign_key(prefix, organization, campaign), "campaign:" .. campaign
  local lane_list = lane_key(prefix, organization, lane)
  redis.call("HSET", key, "state", state, "endedAt", string.format("%.0f", time))
  redis.call("HDEL", key, "template", "defaults")
  redis.call("HDEL", bulk_key(prefix, organization), "later:" .. lane)
  redis.call(
    "UNLINK", lane_list, lane_list .. ":later", recipients_key(prefix, organization, campaign),
    reached_key(prefix, organization, campaign)
  )
  redis.call("EXPIRE", key, ENDED_SECONDS)
  close_lane(prefix, shard, organization, lane)
end

-- A campaign is done when each of its recipients was sent it or never will be.
local function end_if_done(prefix, shard, organization, campaign, time)
  local key = campaign_key(prefix, organization, campaign)
  local counts = redis.call("HMGET", key, "state", "total", "sent", "failed", "skipped", "repeated")
  if counts[1] ~= "running" and counts[1] ~= "scheduled" and counts[1] ~= "paused" then return end
  local ended = 0
  for index = 3, 6 do ended = ended + tonumber(counts[index] or 0) end
  if ended >= tonumber(counts[2]) then end_campaign(prefix, shard, organization, campaign, "done", time) end
end

-- A part left its outbox: `outcome` is "sent" (acked), "failed" (refused, with `item.reason`) or "skipped". `source` is what
-- `source_of` says.
local function flight_ended(prefix, shard, item, source, outcome, time)
  local kind, run = string.match(source, "^(%a+):(.+)$")
  if kind ~= "campaign" and kind ~= "automation" then return end
  local key, flight = bulk_key(prefix, item.organization), flight_key(prefix, item.organization)
  redis.call("HDEL", flight, item.id)
  if outcome == "sent" then
    redis.call("HDEL", key, "refusals")
  elseif outcome == "failed" and time >= tonumber(redis.call("HGET", key, "pausedUntil") or 0) then
    -- Those that were on their way together are refused together: that is one reason to wait.
    local refusals = redis.call("HINCRBY", key, "refusals", 1)
    local pause = math.min(FIRST_PAUSE_MS * 2 ^ (refusals - 1), LONGEST_PAUSE_MS)
    redis.call("HSET", key, "pausedUntil", string.format("%.0f", time + pause), "pausedBy", item.reason or "refused")
    plan_bulk(prefix, shard, item.organization)
  end
  if kind == "campaign" then
    count_campaign(prefix, item.organization, run, outcome)
    if item.reason then count_campaign(prefix, item.organization, run, "failed:" .. item.reason) end
    end_if_done(prefix, shard, item.organization, run, time)
  end
end

-- A part that was released and not sent, as by a number that is not connected: of a campaign that was cancelled since, nobody is
-- to get it. Returns true when it was such a one.
local function take_back(prefix, organization, id, source)
  local campaign = string.match(source, CAMPAIGN_LANE)
  if not campaign or redis.call("HGET", campaign_key(prefix, organization, campaign), "state") ~= "cancelled" then return false end
  redis.call("HDEL", flight_key(prefix, organization), id)
  count_campaign(prefix, organization, campaign, "queued", -1)
  return true
end

-- A contact got a campaign's message: `contact` is their key. What they write next is an answer to it.
local function told_of_campaign(contact, source, time)
  local campaign = string.match(source, CAMPAIGN_LANE)
  if campaign then redis.call("HSET", contact, "campaign", campaign .. " " .. string.format("%.0f", time)) end
end

-- Counts that a contact did `what` ("replied", "optedOut") after a campaign's message, once for each message.
local function answered_campaign(prefix, organization, contact, what, time)
  local told = redis.call("HGET", contact, "campaign")
  if not told then return end
  local campaign, at, done = string.match(told, "^(%S+) (%d+)(.*)$")
  if tonumber(at) + ANSWER_MS < time then
    redis.call("HDEL", contact, "campaign")
  elseif not string.find(done, what, 1, true) then
    count_campaign(prefix, organization, campaign, what)
    redis.call("HSET", contact, "campaign", told .. " " .. what)
  end
end

-- Which campaigns' words are wanted no more, or again: by chat, and by number where it is known.
local function set_opt_out(prefix, organization, on, chat, number)
  local names = names_of(chat, number)
  redis.call(on and "SADD" or "SREM", opt_outs_key(prefix, organization), unpack(names))
  local erased = erased_opt_outs_key(prefix, organization)
  if redis.call("EXISTS", erased) == 0 then return end
  for index, name in ipairs(names) do names[index] = "again " .. name end
  redis.call(on and "SREM" or "SADD", erased, unpack(names))
end

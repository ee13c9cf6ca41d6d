-- What is known of a contact beyond what is said, and what an organization's day was like. Ids, times and counts only.
-- Needs bulk.lua.

-- Counts of a day are kept for so long, for summaries and comparisons.
local DAY_SECONDS = 40 * 24 * 3600

-- Hash: `first`, `wrote`, `told`, `noticed`, `handed`, `optedOut` (all ms of store time), `number` (digits), `campaign` (the last
-- one that reached them, when, and what they did).
local function contact_key(prefix, organization, chat)
  return prefix .. ":contact:" .. organization .. ":" .. chat
end

-- Sorted set of an organization: chat by the ms at which its contact last wrote.
local function chats_key(prefix, organization)
  return prefix .. ":chats:" .. organization
end

-- Sorted set of an organization: chat by the ms at which it was handed to a person, until one writes there.
local function handed_key(prefix, organization)
  return prefix .. ":handed:" .. organization
end

-- Hash of an organization's day (`item.day`, YYYY-MM-DD in its time zone): what happened → how often.
local function day_key(prefix, organization, day)
  return prefix .. ":day:" .. organization .. ":" .. day
end

local function count(prefix, item, what, by)
  if not item.day then return end
  local key = day_key(prefix, item.organization, item.day)
  by = by or 1
  if redis.call("HINCRBY", key, what, by) == by then redis.call("EXPIRE", key, DAY_SECONDS) end
end

-- Bounds of what a customer waited for a reply, in ms; `conversation/reply-times.ts` reads them.
local REPLY_BOUNDS = { 1000, 2000, 3000, 5000, 10000, 20000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000 }

-- A customer has a reply, so long after they wrote: `reply:<bound>`, or `reply:inf` above all of them.
local function count_reply(prefix, item, ms)
  for _, bound in ipairs(REPLY_BOUNDS) do
    if ms <= bound then return count(prefix, item, "reply:" .. bound) end
  end
  count(prefix, item, "reply:inf")
end

-- What an AI used: {aiCalls, promptTokens, completionTokens, aiMicroUsd, aiUnpriced}, also for an answer that came to nothing.
local function count_usage(prefix, item)
  for what, by in pairs(item.usage or {}) do
    if by > 0 then count(prefix, item, what, by) end
  end
end

-- A contact wrote: true when it is the first time.
local function contact_wrote(prefix, item, time)
  local key = contact_key(prefix, item.organization, item.chat)
  local first = redis.call("HSETNX", key, "first", string.format("%.0f", time)) == 1
  local fields = { "wrote", string.format("%.0f", time) }
  if item.number then
    fields[3], fields[4] = "number", item.number
  end
  redis.call("HSET", key, unpack(fields))
  if item.number then redis.call("HSET", numbers_key(prefix, item.organization), item.number, item.chat) end
  answered_campaign(prefix, item.organization, key, "replied", time)
  redis.call("ZADD", chats_key(prefix, item.organization), string.format("%.0f", time), item.chat)
  count(prefix, item, "received")
  -- By the hour too: whether it is unusually quiet is a matter of the hour.
  if item.hour then count(prefix, item, "received:" .. item.hour) end
  if first then count(prefix, item, "new") end
  return first
end

-- We wrote to a contact, and the server has it; `source` as `source_of` says.
local function contact_told(prefix, item, source, time)
  local key = contact_key(prefix, item.organization, item.chat)
  redis.call("HSET", key, "told", string.format("%.0f", time))
  told_of_campaign(key, source, time)
end

local function opt_out(prefix, item, time)
  local key = contact_key(prefix, item.organization, item.chat)
  redis.call("HSET", key, "optedOut", string.format("%.0f", time))
  set_opt_out(prefix, item.organization, true, item.chat, item.number or redis.call("HGET", key, "number"))
  answered_campaign(prefix, item.organization, key, "optedOut", time)
  count(prefix, item, "optedOut")
end

local function opt_in(prefix, item)
  local key = contact_key(prefix, item.organization, item.chat)
  redis.call("HDEL", key, "optedOut")
  set_opt_out(prefix, item.organization, false, item.chat, item.number or redis.call("HGET", key, "number"))
end

-- A person is to look at the chat.
local function hand_over(prefix, item, time)
  local key = handed_key(prefix, item.organization)
  if redis.call("ZADD", key, "NX", string.format("%.0f", time), item.chat) == 1 then count(prefix, item, "handed") end
end

-- A person wrote in the chat, or it is the AI's again.
local function taken_over(prefix, item)
  redis.call("ZREM", handed_key(prefix, item.organization), item.chat)
end

-- Forgets a contact: their runs that go on or have ended, and their tags.
-- shard, prefix, {organization, chat} → how many runs
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local organization, forgotten = item.organization, 0

local function forget(id)
  local run = read_run(prefix, organization, id)
  if not run or run.chat ~= item.chat then return end
  if run.state ~= "pending" and not has_ended(run) then end_run(prefix, shard, run, "stopped", "the contact was erased") end
  look_at_run(prefix, shard, organization, id, nil)
  redis.call("ZREM", ended_key(prefix, organization), id)
  redis.call("DEL", run.key)
  forgotten = forgotten + 1
end

-- What goes on is in `due`, whatever it waits for.
local start = organization .. " run:"
for _, member in ipairs(redis.call("ZRANGE", due_key(prefix, shard), 0, -1)) do
  if string.sub(member, 1, #start) == start then forget(string.sub(member, #start + 1)) end
end
for _, id in ipairs(redis.call("ZRANGE", ended_key(prefix, organization), 0, -1)) do forget(id) end
local tags = tags_key(prefix, organization, item.chat)
for _, tag in ipairs(redis.call("SMEMBERS", tags)) do take_tag(prefix, item, tag) end
redis.call("DEL", tags, begun_key(prefix, organization, item.chat))
return forgotten

-- Not fenced: it only keeps things from being sent, or allows what the pump then decides.
-- shard, prefix, {organization, on, chat?, number?, day, retentionMs} → 1 when that is news
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local number = item.number or number_of_chat(item.chat)
local chat = item.chat or chat_of_number(prefix, item.organization, number)
local known = redis.call("SISMEMBER", opt_outs_key(prefix, item.organization), chat or number) == 1
if known == item.on then return 0 end
item.chat, item.number = chat, number
if not chat then
  set_opt_out(prefix, item.organization, item.on, nil, number)
  if item.on then count(prefix, item, "optedOut") end
elseif item.on then
  local time, record = now(), read_record(prefix, shard, item)
  opt_out(prefix, item, time)
  drop_bulk(record, time)
  if record.state ~= "thinking" then settle(record) end
  write_record(record)
else
  opt_in(prefix, item)
end
return 1

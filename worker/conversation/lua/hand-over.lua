-- Not fenced: any process may leave a chat to people, since nothing is sent by it.
-- shard, prefix, {organization, chat, forMs, day, retentionMs, reply?: {id, turn, body}, turn?: {turn, token}, usage?}
-- → "handed", "silenced", or "stale" where a turn is named that is not the caller's any more
local prefix = ARGV[2]
local item = cjson.decode(ARGV[3])
count_usage(prefix, item)
if item.turn and not thinks(read_record(prefix, ARGV[1], item), item.turn.turn, item.turn.token) then return "stale" end
-- Said once: a phone takes the same id for the same message, others may not.
if item.reply and redis.call("EXISTS", sent_key(prefix, item.organization, item.reply.id)) == 1 then item.reply = nil end
return hand_to_person(prefix, ARGV[1], item)

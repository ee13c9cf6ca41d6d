-- Not fenced: any process may leave a chat to people, since nothing is sent by it.
-- shard, prefix, {organization, chat, forMs, day, retentionMs, reply?: {id, turn, body}} → "handed", "silenced"
return hand_to_person(ARGV[2], ARGV[1], cjson.decode(ARGV[3]))

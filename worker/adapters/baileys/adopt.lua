-- Puts a WhatsApp session that lies ready in the place of an organization's, for the owner of its shard only.
-- KEYS: leases, credentials, Signal keys, Signal keys that lie ready. ARGV: shard, owner, epoch, credentials.
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
redis.call("DEL", KEYS[3])
if redis.call("EXISTS", KEYS[4]) == 1 then
  redis.call("RENAME", KEYS[4], KEYS[3])
  -- What lies ready is kept for a while only.
  redis.call("PERSIST", KEYS[3])
end
redis.call("SET", KEYS[2], ARGV[4])
return "adopted"

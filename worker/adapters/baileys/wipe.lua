-- Forgets a WhatsApp session that was logged out at WhatsApp.
-- KEYS: leases, credentials, Signal keys. ARGV: shard, owner, epoch.
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
redis.call("DEL", KEYS[2], KEYS[3])
return "wiped"

-- What is stored of a WhatsApp session, for the owner of its shard only.
-- KEYS: leases, credentials, Signal keys. ARGV: shard, owner, epoch.
if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
return { redis.call("GET", KEYS[2]), redis.call("HGETALL", KEYS[3]) }

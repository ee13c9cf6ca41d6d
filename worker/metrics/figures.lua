-- What is known of a deployment as a whole, for whoever asks. Needs deployment.lua and what that needs.
-- KEYS: leases. ARGV: prefix, shards → JSON
return cjson.encode(deployment(ARGV[1], KEYS[1], tonumber(ARGV[2]), now()))

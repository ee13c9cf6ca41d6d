if not permitted(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return "refused" end
return receive(ARGV[4], ARGV[1], cjson.decode(ARGV[5]))

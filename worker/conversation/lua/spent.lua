-- Not fenced: what was paid for is counted whoever asked.
-- prefix, {organization, day, usage}
count_usage(ARGV[1], cjson.decode(ARGV[2]))

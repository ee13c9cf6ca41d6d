-- What waits in these queues, to judge whether who takes from them does. Changes nothing. Needs fence.lua and queues.lua.
-- ARGV: prefix, queue, … → JSON: [[waiting, paused], …]
local at, queues = now(), {}
for index = 2, #ARGV do
  queues[index - 1] = { queue_waiting(ARGV[1], ARGV[index], at), queue_paused(ARGV[1], ARGV[index]) }
end
return cjson.encode(queues)

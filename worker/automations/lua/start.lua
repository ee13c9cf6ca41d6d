-- Somebody starts an automation for a contact, once for each run's id.
-- shard, prefix, {organization, chat, automation, run, day, retentionMs, runsPerHour} → "begun", "unknown", "off", or "refused"; what is
-- kept of the run says why
local shard, prefix = ARGV[1], ARGV[2]
local item = cjson.decode(ARGV[3])
local automation = automation_of(prefix, item.organization, item.automation)
if not automation then return "unknown" end
if not automation.on then return "off" end
if begin_run(prefix, shard, item, item, 1) then return "begun" end
local run = read_run(prefix, item.organization, item.run)
return run and run.state ~= "stopped" and "begun" or "refused"

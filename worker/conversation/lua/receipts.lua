-- KEYS: leases. ARGV: prefix, {shard, owner, epoch, organization, day, receipts: [id, rank, at (ms)][]}[] → shards that are not held
-- What the other side's phones say about our parts; the state of each only advances.
local STATES = { "delivered", "read", "played" }
local RANKS = { delivered = 1, read = 2, played = 3 }

-- Adds to the counts of what the state came to: read is delivered, too.
local function advance(counts, from, to)
  if from < 1 and to >= 1 then counts.delivered = (counts.delivered or 0) + 1 end
  if from < 2 and to >= 2 then counts.read = (counts.read or 0) + 1 end
end

local refused = {}
for _, batch in ipairs(cjson.decode(ARGV[2])) do
  if not permitted(KEYS[1], batch.shard, batch.owner, batch.epoch) then
    refused[#refused + 1] = batch.shard
  else
    local day, campaigns = {}, {}
    for _, receipt in ipairs(batch.receipts) do
      local id, rank, at = receipt[1], receipt[2], receipt[3]
      -- Its first words are enough: `source chat`.
      local sent = redis.call("GETRANGE", sent_key(ARGV[1], batch.organization, id), 0, 255)
      if sent ~= "" then
        local key = ARGV[1] .. ":receipt:" .. batch.organization .. ":" .. id
        local was = RANKS[string.match(redis.call("GET", key) or "", "^%a+")] or 0
        if rank > was then
          redis.call("SET", key, STATES[rank] .. " " .. string.format("%.0f", at), "EX", SENT_SECONDS)
          advance(day, was, rank)
          local campaign = string.match(sent, "^campaign:(%S+) ")
          if campaign then
            campaigns[campaign] = campaigns[campaign] or {}
            advance(campaigns[campaign], was, rank)
          end
        end
      end
    end
    for what, by in pairs(day) do count(ARGV[1], batch, what, by) end
    for campaign, counts in pairs(campaigns) do
      for what, by in pairs(counts) do count_campaign(ARGV[1], batch.organization, campaign, what, by) end
    end
  end
end
return refused

-- prefix, {leases: {shard, owner, epoch}[], limit, all} → `organization chat`[]
local item = cjson.decode(ARGV[2])
local shards, held = {}, {}
for index, lease in ipairs(item.leases) do
  shards[index] = lease.shard
  held[lease.shard] = lease
end
return due_of(ARGV[1], shards, item.limit, function(shard)
  return permitted(KEYS[1], shard, held[shard].owner, held[shard].epoch)
end, item.all and "+inf" or nil)

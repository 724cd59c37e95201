-- Deletes a generation that is not served, a bounded number of ids in one step. Answers 1 when nothing is left of it.
-- ARGV: clock, generation, most ids in one step
local gen = ARGV[2]
if served() == gen then return 1 end
local ids = redis.call('ZRANGE', gkey(gen, 'x'), 0, tonumber(ARGV[3]) - 1)
if #ids > 0 then
  local keys = {}
  for i, id in ipairs(ids) do keys[i] = ikey(gen, id) end
  redis.call('UNLINK', unpack(keys))
  redis.call('ZREMRANGEBYRANK', gkey(gen, 'x'), 0, #ids - 1)
  return 0
end
for _, queue in ipairs(redis.call('SMEMBERS', gkey(gen, 'queues'))) do
  redis.call('UNLINK', gkey(gen, 'q:' .. queue), gkey(gen, 'e:' .. queue))
end
redis.call('UNLINK', gkey(gen, 'pos'), gkey(gen, 'queues'), gkey(gen, 'x'), gkey(gen, 'prov'), gkey(gen, 'pairs'))
redis.call('ZREM', P .. ':gens', gen)
return 1

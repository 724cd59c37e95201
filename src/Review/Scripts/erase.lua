-- Takes an item out of sight at once: its place in the queues, its lease and every snippet of it, in every generation. What
-- the logs said of it (versions, digests, decisions) stays, or an older version could rise again; the deletion on `content`
-- that goes with this withdraws it. A lease that is being decided ends by itself: its decision is on the way.
-- ARGV: clock, id
-- Answers: known, snippets removed, leased
local id = ARGV[2]
local known, removed, leased = 0, 0, 0
for _, gen in ipairs(redis.call('ZRANGE', P .. ':gens', 0, -1)) do
  local key = ikey(gen, id)
  local queue = redis.call('HGET', key, 'q')
  if queue then
    known = 1
    leave(gen, id, queue)
    for _, field in ipairs(redis.call('HKEYS', key)) do
      if field:sub(1, 2) == 'p:' then removed = removed + redis.call('HDEL', key, field) end
    end
    redis.call('HSET', key, 'st', 'withdrawn', 'q', '')
  end
end
local l = lease(id)
if l then
  leased = 1
  if l.deciding == '' then endLease(id, l) end
end
return { text(known), text(removed), text(leased) }

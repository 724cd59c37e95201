-- Serves a rebuilt generation, unless it is behind what is served now. Leases stay as they are at this moment; those the
-- rebuilt logs show to be over end here.
-- ARGV: clock, generation, ms for which live readers wait for it if it is behind
local gen = ARGV[2]
if redis.call('EXISTS', gkey(gen, 'pos')) == 0 then return { 'none' } end
local old = served()
if old then
  local flat = redis.call('HGETALL', gkey(old, 'pos'))
  for i = 1, #flat, 2 do
    local mine = redis.call('HGET', gkey(gen, 'pos'), flat[i])
    -- A field the new generation lacks is of a topic that is gone.
    if mine and tonumber(mine) and tonumber(flat[i + 1]) and tonumber(mine) < tonumber(flat[i + 1]) then
      if (tonumber(ARGV[3]) or 0) > 0 then redis.call('SET', P .. ':catchup', gen, 'PX', ARGV[3]) end
      return { 'behind', flat[i] }
    end
  end
end
redis.call('SET', KEYS[1], gen)
redis.call('DEL', P .. ':catchup')
for _, id in ipairs(redis.call('ZRANGE', P .. ':leases', 0, -1)) do
  local l = lease(id)
  if l then
    local st = load(gen, id)
    local item = redis.call('HMGET', ikey(gen, id), 'st', 'q')
    if resultOf(st, l.holder, l.epoch) or (item[1] == 'withdrawn' and l.deciding == '') then
      endLease(id, l)
    else
      leave(gen, id, item[2])
    end
  end
end
return { 'served', old or '' }

-- Heartbeat and release, by the holder of a lease that is not being decided.
-- ARGV: clock, id, reviewer, epoch, action (heartbeat, release), lease ms, longest lease ms
local id, action = ARGV[2], ARGV[5]
local gen = served()
if not gen then return { 'rebuilding' } end
local l = lease(id)
if not l or l.holder ~= ARGV[3] or l.epoch ~= ARGV[4] then
  local status = redis.call('HGET', ikey(gen, id), 'st')
  return { status == 'withdrawn' and 'withdrawn' or 'lease_lost' }
end
if l.deciding ~= '' then return { 'deciding' } end
if tonumber(l['until']) <= NOW then
  endAndSettle(id, l)
  return { 'lease_lost' }
end
if action == 'release' then
  endAndSettle(id, l)
  return { 'released' }
end
local ends = math.min(NOW + tonumber(ARGV[6]), tonumber(l.since) + tonumber(ARGV[7]))
if ends > tonumber(l['until']) then
  redis.call('HSET', leaseKey(id), 'until', text(ends))
  redis.call('ZADD', P .. ':leases', text(ends), id)
  l['until'] = text(ends)
end
local item = shown(gen, id, 'st') or { v = '' }
return { 'extended', l['until'], l.ver, item.v, item[1] or '', text(NOW) }

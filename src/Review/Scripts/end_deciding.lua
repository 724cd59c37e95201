-- Ends a lease that is being decided: its deadline is over and the projection has passed the ends of `decisions` as
-- they were read after that, so no decision under this epoch can still be on its way to the projection.
-- ARGV: clock, id, epoch, then pairs of position field and end
local id = ARGV[2]
local gen = served()
local l = lease(id)
if not gen or not l or l.epoch ~= ARGV[3] or l.deciding == '' or tonumber(l['until']) > NOW then return { 'kept' } end
for i = 4, #ARGV, 2 do
  local at = redis.call('HGET', gkey(gen, 'pos'), ARGV[i])
  if not at or tonumber(at) < tonumber(ARGV[i + 1]) then return { 'kept' } end
end
endAndSettle(id, l)
return { 'ended' }

-- The last epoch given, and of every lease of a reviewer its epoch and the versions claimed and known. It keeps nothing.
-- ARGV: clock, reviewer
local gen = served()
if not gen then return { 'rebuilding' } end
local answer = { 'holds', redis.call('GET', P .. ':epoch') or '0' }
for _, id in ipairs(redis.call('SMEMBERS', heldKey(ARGV[2]))) do
  local l = lease(id)
  if l and (l.deciding ~= '' or tonumber(l['until']) > NOW) then
    answer[#answer + 1] = { l.epoch, l.ver, (shown(gen, id) or { v = '' }).v }
  end
end
return answer

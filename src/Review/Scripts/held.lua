-- What a reviewer holds, the oldest claim first.
-- ARGV: clock, reviewer
local gen = served()
if not gen then return { 'rebuilding' } end
local found = {}
for _, id in ipairs(redis.call('SMEMBERS', heldKey(ARGV[2]))) do
  local l = lease(id)
  if l and (l.deciding ~= '' or tonumber(l['until']) > NOW) then found[#found + 1] = { id = id, l = l } end
end
table.sort(found, function(a, b) return tonumber(a.l.epoch) < tonumber(b.l.epoch) end)
local answer = { 'holds' }
for i, one in ipairs(found) do answer[i + 1] = leased(gen, one.l.deciding ~= '' and 'deciding' or 'held', one.id, one.l) end
return answer

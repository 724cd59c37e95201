-- Whether a decision has been applied, and what the item is now.
-- ARGV: clock, id, reviewer, epoch, decision id ('' to go by the epoch), position field ('' if not known), position that must have been passed
local id = ARGV[2]
local gen = served()
if not gen then return { 'rebuilding' } end
if ARGV[6] ~= '' then
  local at = redis.call('HGET', gkey(gen, 'pos'), ARGV[6])
  if not at then return { 'rebuilding' } end
  if tonumber(at) < tonumber(ARGV[7]) then return { 'waiting' } end
end
local st = load(gen, id)
local d
for _, e in ipairs(st.d) do
  if e.i == ARGV[5] or (ARGV[5] == '' and e.w == ARGV[3] and e.n == ARGV[4]) then d = e end
end
if not d then
  local l = lease(id)
  if l and l.holder == ARGV[3] and l.epoch == ARGV[4] then return { 'waiting' } end
  return { 'unknown' }
end
local item = shown(gen, id, 'st', 'q') or { v = '' }
return { 'applied', d.i, d.x or '', d.v, item[1] or '', item.v, item[2] or '', d.c, d.g or '' }

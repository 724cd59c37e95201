-- What an undo would act on.
-- ARGV: clock, id, decision id ('' for the last standing decision of the caller), reviewer
local id = ARGV[2]
local gen = served()
if not gen then return { 'rebuilding' } end
local st = load(gen, id)
local found
for _, d in ipairs(st.d) do
  if d.g and d.g ~= '' then
    if ARGV[3] == d.i or (ARGV[3] == '' and d.w == ARGV[4] and d.x == 'stands') then found = d end
  end
end
if not found then return { 'unknown' } end
if found.t + HOLD < NOW then return { 'too_late' } end
return { found.x or '', found.i, found.v, found.w, place(found), found.g }

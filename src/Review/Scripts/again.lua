-- What would be reviewed again: the decision that stands on the version that counts.
-- The id of a call's record ends with a mark of what the call says; what comes before it names the call (CallMark.cs).
-- ARGV: clock, id, id of the record that opens it, letters of the mark
local id = ARGV[2]
local gen = served()
if not gen then return { 'rebuilding' } end
local st = load(gen, id)
if #st.r + #st.d == 0 then return { 'unknown' } end
local function callOf(record) return record:sub(1, -1 - tonumber(ARGV[4])) end
for _, d in ipairs(st.d) do
  if callOf(d.i) == callOf(ARGV[3]) then return { d.i == ARGV[3] and 'sent' or 'key_reused' } end
end
local v = view(st)
if v.status == 'withdrawn' then return { 'withdrawn' } end
local key = v.best and v.best.v .. '@' .. life(st, place(v.best)) or ''
local first = v.judged.stands[key]
if not first or first.t + HOLD < NOW then return { 'nothing_stands' } end
if v.judged.open[key] then return { 'already_open' } end
return { 'stands', first.v, place(first), first.p, first.q, evidence(gen, id, first.v) }

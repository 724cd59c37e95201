-- What an undo acts on. A repeat of an undo that was sent acts on nothing, or it would take back an older decision too.
-- An undo's id ends with a mark of what the call says; what comes before it names the call (CallMark.cs).
-- ARGV: clock, id, decision id ('' for the last standing decision of the caller), reviewer, id of the undo, 1 for a lead,
--       ms until an undo sent now is settled, letters of the mark
local id, reviewer = ARGV[2], ARGV[4]
local gen = served()
if not gen then return { 'rebuilding' } end
local st = load(gen, id)
local function callOf(undo) return undo:sub(1, -1 - tonumber(ARGV[8])) end
local call = callOf(ARGV[5])
local found
for _, d in ipairs(st.d) do
  if callOf(d.i) == call then return { d.i == ARGV[5] and 'sent' or 'key_reused' } end
  if d.g and d.g ~= '' then
    if ARGV[3] == d.i or (ARGV[3] == '' and d.w == reviewer and (d.x == 'stands' or d.x == 'second')) then found = d end
  end
end
local underway = redis.call('GET', undoKey(call))
if underway then return { underway == ARGV[5] and 'sent' or 'key_reused' } end
if not found then return { ARGV[3] == '' and #st.r + #st.d > 0 and 'nothing_to_undo' or 'unknown' } end
if found.w ~= reviewer and ARGV[6] ~= '1' then return { 'forbidden' } end
if found.t + HOLD < NOW then return { 'too_late' } end
if found.x ~= 'stands' and found.x ~= 'second' then return { 'nothing_to_undo' } end
redis.call('SET', undoKey(call), ARGV[5], 'PX', ARGV[7])
return { 'stands', found.i, found.v, found.w, place(found), found.p, found.q, evidence(gen, id, found.v) }

-- Applies one `decisions` record.
-- ARGV: clock, generation, live, field, position expected, position after, passed, id,
--       then the record: i, c, v, o, u, t, w, n, q, g (verdict of a final one), p, k, b, StatusEvent
local gen, live, field, id = ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[8]
local no = refused(gen, live, field, ARGV[5])
if no then return no end
redis.call('HSET', gkey(gen, 'pos'), field, ARGV[6])

local d = { i = ARGV[9], c = ARGV[10], v = ARGV[11], o = ARGV[12], t = tonumber(ARGV[14]), w = ARGV[15], n = ARGV[16], q = ARGV[17], p = ARGV[19], k = ARGV[20], b = ARGV[21] }
if ARGV[13] ~= '' then d.u = ARGV[13] end
if ARGV[18] ~= '' then d.g = ARGV[18] end
-- A decision older than this holds for no ranked record that still counts.
if d.t + HOLD <= NOW - KEEP then return { 'applied', 'old' } end
local st = load(gen, id)
for _, other in ipairs(st.d) do
  if other.i == d.i then return { 'applied', 'repeated' } end
end
st.d[#st.d + 1] = d

local ended
local l = live and lease(id)
if l and l.holder == d.w and l.epoch == d.n then
  endLease(id, l)
  ended = 'decided'
end
settle(gen, id, st, live, tonumber(ARGV[7]))
-- Reported once, by whichever generation comes first: a rebuild may serve what the live reader never applied. After a
-- flush nothing says what was reported, so a rebuild then reports nothing.
local told = redis.call('HGET', P .. ':told', field)
if (live or told) and (not told or tonumber(ARGV[6]) > tonumber(told)) then
  redis.call('HSET', P .. ':told', field, ARGV[6])
  if d.x == 'stands' or d.x == 'effective' then redis.call('RPUSH', P .. ':outbox', 'decision|' .. d.x .. '|' .. ARGV[22]) end
end
return { 'applied', d.x or '', ended or '' }

-- Applies one `ranked` record.
-- ARGV: clock, generation, live, field, position expected, position after, passed, id, then the record: o, v, d, z, q, e, l, a, t, k, packed RankedItem, name of its
--       provenance, provenance
local gen, live, field, id = ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[8]
local no = refused(gen, live, field, ARGV[5])
if no then return no end
redis.call('HSET', gkey(gen, 'pos'), field, ARGV[6])

local e = { o = ARGV[9], v = ARGV[10], d = ARGV[11], q = ARGV[13], e = ARGV[14], l = ARGV[15], a = ARGV[16],
  t = tonumber(ARGV[17]), k = tonumber(ARGV[18]) }
if ARGV[12] == '1' then e.z = 1 end
local leased = live and lease(id) or nil
if e.k <= NOW - KEEP and not leased then return { 'applied', 'old' } end
local st = load(gen, id)
if e.d == 'c' and #st.r == 0 then return { 'applied', 'cleared' } end

-- Of records of one version the later one gives scores, evidence and value.
st.r[#st.r + 1] = e
if e.d ~= 'w' then
  redis.call('HSET', ikey(gen, id), pfield(e.v), ARGV[19])
  redis.call('HSETNX', gkey(gen, 'prov'), ARGV[20], ARGV[21])
end
local v = settle(gen, id, st, live, tonumber(ARGV[7]))
if leased and v.status == 'withdrawn' and leased.deciding == '' then
  endLease(id, leased)
  return { 'applied', v.status, 'withdrawn' }
end
return { 'applied', v.status }

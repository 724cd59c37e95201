-- Applies a run of `ranked` records, see applyRun in place.lua. Names: those of the parts that items share (`prov`).
-- Values of a record: o, v, d, z, q, e, l, a, t, k, packed RankedItem, which begins with the name of its part
local gen, live, passed = ARGV[2], ARGV[3] == '1', tonumber(ARGV[6])
local parts = {}

return applyRun(11, parts, function(id, at)
  local e = { o = ARGV[at], v = ARGV[at + 1], d = ARGV[at + 2], q = ARGV[at + 4], e = ARGV[at + 5], l = ARGV[at + 6], a = ARGV[at + 7],
    t = tonumber(ARGV[at + 8]), k = tonumber(ARGV[at + 9]) }
  if ARGV[at + 3] == '1' then e.z = 1 end
  local leased = live and (e.d == 'w' or e.k <= NOW - KEEP) and lease(id) or nil
  if e.k <= NOW - KEEP and not leased then return end
  local st = load(gen, id)
  if e.d == 'c' and #st.r == 0 then return end

  -- Of records of one version the later one gives scores, evidence and value.
  st.r[#st.r + 1] = e
  if e.d ~= 'w' then
    st.item, st.packed = pfield(e.v), ARGV[at + 10]
    local name = st.packed:sub(1, 8)
    if parts[name] then
      redis.call('HSETNX', gkey(gen, 'prov'), name, parts[name])
      parts[name] = nil
    end
  end
  local v = settle(gen, id, st, live, passed)
  if leased and v.status == 'withdrawn' and leased.deciding == '' then endLease(id, leased) end
end)

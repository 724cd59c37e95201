-- One item as the projection knows it, with its lease.
-- ARGV: clock, id
local id = ARGV[2]
local gen = served()
if not gen then return { 'rebuilding' } end
local f = shown(gen, id, 'st', 'q', 'en')
if not f then return { 'unknown' } end
local st = load(gen, id)
local l = lease(id) or {}
local decisions = {}
for _, d in ipairs(st.d) do
  decisions[#decisions + 1] = { d.i, d.c, d.v, d.w, text(d.t), d.x or '', d.g or '', d.u or '', d.n or '' }
end
local waiting = gkey(gen, 'q:' .. f[2])
local rank = f[2] ~= '' and redis.call('ZREVRANK', waiting, id)
local score = rank and redis.call('ZSCORE', waiting, id) or ''
local leased = l.ver and evidence(gen, id, l.ver) or ''
return { 'item', f[1], f.v, f[2], score, f[3], evidence(gen, id, f.v), { l.holder or '', l.epoch or '', l.ver or '', l.queue or '', l['until'] or '', l.deciding or '' }, leased, decisions,
  rank and text(rank + 1) or '', rank and text(redis.call('ZCARD', waiting)) or '', redis.call('HGET', ikey(gen, id), 'ag') or '' }

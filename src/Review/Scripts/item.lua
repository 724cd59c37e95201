-- One item as the projection knows it, with its lease.
-- ARGV: clock, id
local id = ARGV[2]
local gen = served()
if not gen then return { 'rebuilding' } end
local f = redis.call('HMGET', ikey(gen, id), 's', 'st', 'v', 'q', 'sc', 'en')
if not f[1] then return { 'unknown' } end
local st = load(gen, id)
local l = lease(id) or {}
local decisions = {}
for _, d in ipairs(st.d) do
  decisions[#decisions + 1] = { d.i, d.c, d.v, d.w, text(d.t), d.x or '', d.g or '', d.u or '', d.n or '' }
end
local waiting = gkey(gen, 'q:' .. f[4])
local rank = f[4] ~= '' and redis.call('ZREVRANK', waiting, id)
local payload = redis.call('HGET', ikey(gen, id), 'p:' .. f[3]) or ''
local leased = l.ver and redis.call('HGET', ikey(gen, id), 'p:' .. l.ver) or ''
return { 'item', f[2], f[3], f[4], f[5], f[6], payload, { l.holder or '', l.epoch or '', l.ver or '', l.queue or '', l['until'] or '', l.deciding or '' }, leased or '', decisions,
  rank and text(rank + 1) or '', rank and text(redis.call('ZCARD', waiting)) or '' }

-- First step of a decision: marks the lease `deciding` with a fresh decision id. From here on the lease ends only when
-- the decision has been applied, or when it can no longer arrive (end_deciding.lua).
-- ARGV: clock, id, reviewer, epoch, decision id, mark of the idempotency key, ms until a decision sent now is settled, mark of what the call says
local id, reviewer, epoch, idem, words = ARGV[2], ARGV[3], ARGV[4], ARGV[6], ARGV[8] or ''
local gen = served()
if not gen then return { 'rebuilding' } end
local l = lease(id)
local key = ikey(gen, id)
if not l or l.holder ~= reviewer or l.epoch ~= epoch then
  -- The lease has ended with a decision: the same call again is told what became of it, another one that it came too late.
  local d = resultOf(load(gen, id), reviewer, epoch)
  if d and (d.k or '') == idem then
    if (d.b or '') == words then return { 'known', d.i } end
    if idem ~= '' then return { 'key_reused' } end
  end
  if d and (d.x == 'stands' or d.x == 'dissent' or d.x == 'second') then return { 'already_decided' } end
  return { redis.call('HGET', key, 'st') == 'withdrawn' and 'withdrawn' or 'lease_lost' }
end
if l.deciding ~= '' then
  -- A repeat waits for the first call's decision and never sends another.
  if l.idem ~= idem then return { 'deciding' } end
  if (l.words or '') == words then return { 'repeated', l.deciding } end
  return { idem == '' and 'deciding' or 'key_reused' }
end
if tonumber(l['until']) <= NOW then
  endAndSettle(id, l)
  return { 'lease_lost' }
end
-- Of what is reviewed again: the decision that stands, what it says, and whether the verdict may overturn it.
local first, opened = {}, nil
if l.sel == 'again' then
  local st = load(gen, id)
  local j = judge(st)
  local versionKey = l.ver .. '@' .. life(st, l.at)
  first, opened = j.stands[versionKey] or {}, j.open[versionKey]
end
local deadline = text(NOW + tonumber(ARGV[7]))
redis.call('HSET', leaseKey(id), 'deciding', ARGV[5], 'idem', idem, 'words', words, 'until', deadline)
redis.call('ZADD', P .. ':leases', deadline, id)
return { 'marked', ARGV[5], l.ver, l.queue, l.sel, l.prop, evidence(gen, id, l.ver), l.since, l.at or '',
  opened and first.i or '', opened and first.g or '', opened and opened.decides and '1' or '' }

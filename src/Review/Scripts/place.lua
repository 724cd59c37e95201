-- Part 3 of every script: the hash of one id and its place in the queues.
--
-- Fields of an item's hash: s facts as JSON (fold.lua), b which ranked record of them counts, st status, q queue it waits
-- in (leases aside), en time enqueued, sk reviewers it is not given to (if any), ag 1 while it is reviewed again, p:<version> the packed RankedItem
-- (its name cut: 128 bits of a digest tell versions of one id apart).
--
-- Facts are written as lists of fixed order, so that equal facts are equal bytes. Spelt out, since a run does it for every record.
local function rankedRow(e) return { e.o, e.v, e.d, e.z or '', e.q, e.e, e.l, e.a, e.t, e.k } end

local function rankedFact(row)
  return { o = row[1], v = row[2], d = row[3], z = row[4] ~= '' and row[4] or nil, q = row[5], e = row[6], l = row[7], a = row[8], t = row[9], k = row[10] }
end

local function decidedRow(d)
  return { d.i, d.c, d.v, d.o, d.u or '', d.t, d.w, d.n, d.q, d.g or '', d.p, d.k, d.b, d.x or '', d.f or '' }
end

local function decidedFact(row)
  local d = { i = row[1], c = row[2], v = row[3], o = row[4], t = row[6], w = row[7], n = row[8], q = row[9], p = row[11], k = row[12], b = row[13], x = row[14] }
  if row[5] ~= '' then d.u = row[5] end
  if row[10] ~= '' then d.g = row[10] end
  if row[15] ~= '' then d.f = row[15] end
  return d
end

local function map(list, change)
  local changed = {}
  for i, each in ipairs(list) do changed[i] = change(each) end
  return changed
end

local function pfield(version)
  return 'p:' .. version:sub(1, (version:find(':', 1, true) or 0) + 22)
end

-- A packed item with its provenance behind it; '' for none.
local function whole(gen, packed)
  if not packed or packed == '' then return '' end
  return packed .. (redis.call('HGET', gkey(gen, 'prov'), packed:sub(1, 8)) or '')
end

local function evidence(gen, id, version)
  return whole(gen, redis.call('HGET', ikey(gen, id), pfield(version)))
end

-- Version that counts, its place in the source, and other fields; nil for an id nothing is known of.
local function shown(gen, id, ...)
  local f = redis.call('HMGET', ikey(gen, id), 's', 'b', ...)
  if not f[1] then return nil end
  local row = f[2] ~= '' and cjson.decode(f[1])[1][tonumber(f[2])]
  return { v = row and row[2] or '', at = row and row[1]:sub(14) or '', unpack(f, 3) }
end

-- What is known of an id, and the queue it is in. `fresh`: Redis has no hash of it.
local function load(gen, id)
  local f = redis.call('HMGET', ikey(gen, id), 's', 'q')
  if not f[1] then return { r = {}, d = {}, fresh = true } end
  local rows = cjson.decode(f[1])
  return { r = map(rows[1], rankedFact), d = map(rows[2], decidedFact), queue = f[2] }
end

-- Sorted sets are written at once, or at the end of a run: a call for many members costs little more than one for one.
local later

local function zadd(key, score, id)
  if not later then
    redis.call('ZADD', key, score, id)
    return
  end
  -- What Redis would refuse is the fault of this record and must not become that of the run.
  local number = tonumber(score)
  if number == nil or number ~= number then error('no score: ' .. score) end
  local members = later[key]
  if not members then
    members = {}
    later[key] = members
  end
  members[id] = score
end

local function zrem(key, id)
  if later and later[key] then later[key][id] = nil end
  redis.call('ZREM', key, id)
end

local function zflush()
  for key, members in pairs(later) do
    local pairsOf = {}
    for id, score in pairs(members) do
      pairsOf[#pairsOf + 1] = score
      pairsOf[#pairsOf + 1] = id
    end
    if #pairsOf > 0 then redis.call('ZADD', key, unpack(pairsOf)) end
  end
  later = nil
end

-- A sweep looks again a little later at what is due and could not be forgotten yet, and at others first.
local sweepAgain

local function save(gen, id, st, v)
  local key = ikey(gen, id)
  if #st.r == 0 and #st.d == 0 then
    if not st.fresh then
      redis.call('UNLINK', key)
      zrem(gkey(gen, 'x'), id)
    end
    return
  end
  local due
  for _, e in ipairs(st.r) do if due == nil or e.k + KEEP < due then due = e.k + KEEP end end
  for _, d in ipairs(st.d) do
    if due == nil or d.t + HOLD < due then due = d.t + HOLD end
  end
  if sweepAgain and due <= NOW then due = NOW + sweepAgain end
  zadd(gkey(gen, 'x'), text(due), id)
  local best
  for i, e in ipairs(st.r) do if e == v.best then best = i end end
  local facts = cjson.encode({ map(st.r, rankedRow), map(st.d, decidedRow) })
  local enqueued = v.enqueued and text(v.enqueued) or ''

  -- The evidence of a version lives as long as a record of it that no deletion covers: what was deleted leaves no text behind.
  local alive = {}
  for _, e in ipairs(st.r) do
    if e.d ~= 'w' and place(e) > (v.cover or '') then alive[pfield(e.v)] = true end
  end
  local skipped = {}
  for name in pairs(v.skipped or {}) do skipped[#skipped + 1] = name end
  if #skipped > 0 then
    table.sort(skipped)
    redis.call('HSET', key, 'sk', cjson.encode(skipped))
  end
  if v.again then redis.call('HSET', key, 'ag', '1') end
  if not st.fresh then
    local gone = {}
    for _, field in ipairs(redis.call('HKEYS', key)) do
      if field:sub(1, 2) == 'p:' and not alive[field] or field == 'sk' and #skipped == 0 or field == 'ag' and not v.again then gone[#gone + 1] = field end
    end
    if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  end
  -- The item that comes with this record is the last field: it is the longest by far.
  if st.item and alive[st.item] then
    redis.call('HSET', key, 's', facts, 'st', v.status, 'b', tostring(best or ''), 'q', v.queue or '', 'en', enqueued, st.item, st.packed)
  else
    redis.call('HSET', key, 's', facts, 'st', v.status, 'b', tostring(best or ''), 'q', v.queue or '', 'en', enqueued)
  end
end

-- A lease as callers are told of it; `item` is what is shown of the id, with the time enqueued, where it is at hand.
local function leased(gen, outcome, id, l, item)
  item = item or shown(gen, id, 'en') or { v = '' }
  return { outcome, id, l.epoch, l.ver, l.queue, l['until'], l.sel, l.prop, evidence(gen, id, l.ver), item[1] or '', item.v, text(NOW) }
end

local function leave(gen, id, queue)
  if queue and queue ~= '' then
    zrem(gkey(gen, 'q:' .. queue), id)
    zrem(gkey(gen, 'e:' .. queue), id)
  end
end

-- Writes the state and puts the id where it belongs. A leased item waits nowhere, whatever arrives for it.
local queuesSeen = {}
local function settle(gen, id, st, live, passed)
  local leased = live and redis.call('EXISTS', leaseKey(id)) == 1
  -- Only what loses records to age can expire, so only then what was shown before matters.
  local before = live and not leased and someAged(st) and view(st) or nil
  forget(st, passed, not leased)
  local v = view(st)
  if before and before.status == 'queued' and v.best == nil then
    local field = pfield(before.best.v)
    local payload = field == st.item and st.packed or redis.call('HGET', ikey(gen, id), field)
    if payload then redis.call('RPUSH', P .. ':outbox', 'expired|' .. before.best.v .. '|' .. whole(gen, payload)) end
  end
  local waits = v.status == 'queued' and not leased
  if not (waits and st.queue == v.queue) then leave(gen, id, st.queue) end
  save(gen, id, st, v)
  if waits then
    if not queuesSeen[v.queue] then
      redis.call('SADD', gkey(gen, 'queues'), v.queue)
      queuesSeen[v.queue] = true
    end
    zadd(gkey(gen, 'q:' .. v.queue), v.score, id)
    zadd(gkey(gen, 'e:' .. v.queue), text(v.enqueued), id)
  end
  return v
end

-- Ends a lease; the item goes back to the place the logs give it.
local function endLease(id, l)
  redis.call('DEL', leaseKey(id))
  redis.call('ZREM', P .. ':leases', id)
  redis.call('SREM', heldKey(l.holder), id)
end

local function endAndSettle(id, l)
  endLease(id, l)
  local gen = served()
  if gen and redis.call('EXISTS', ikey(gen, id)) == 1 then settle(gen, id, load(gen, id), true, 0) end
end

-- The compare-and-set before every apply. Answers nil if this reader may apply.
local function refused(gen, live, field, expected)
  local held
  if live then
    local names = redis.call('MGET', KEYS[1], P .. ':catchup')
    if names[1] ~= gen then return { 'generation' } end
    held = names[2]
  end
  local current = redis.call('HGET', gkey(gen, 'pos'), field)
  if not current then return { 'none' } end
  if held then return { 'held', current } end
  if current ~= expected then return { 'moved', current } end
  return nil
end

-- Applies a run of consecutive records of one partition, each by a compare-and-set: the first against what Redis holds,
-- every next one against the one before, which nothing can have moved in between. Nobody sees a run half applied, and what
-- is written is what one call per record would write.
-- ARGV of such a script: clock, generation, live, field, position expected, passed, number of names, then name and part of each,
-- then the records: position after, id, and `width` values; a record without id only moves the position.
-- `apply` is given the id and where its values begin. What breaks it is left out and named: { number in the run, reason }.
local function applyRun(width, names, apply)
  local gen, live, field = ARGV[2], ARGV[3] == '1', ARGV[4]
  local no = refused(gen, live, field, ARGV[5])
  if no then return no end
  -- What is there already, written first: a Redis that is full refuses a script up to its first write and nothing after it, so
  -- that what was refused to one record would be granted to the next.
  redis.call('HSET', gkey(gen, 'pos'), field, ARGV[5])
  local at, number, broken, after = 8, 0, {}, nil
  later = {}
  for _ = 1, tonumber(ARGV[7]) do
    names[ARGV[at]] = ARGV[at + 1]
    at = at + 2
  end
  while ARGV[at] do
    number = number + 1
    after = ARGV[at]
    local id = ARGV[at + 1]
    if id == '' then
      at = at + 2
    else
      local done, fault = pcall(apply, id, at + 2)
      if not done then broken[#broken + 1] = { number, type(fault) == 'table' and fault.err or tostring(fault) } end
      at = at + 2 + width
    end
  end
  -- Once for all of them: a script is seen, and written to Redis's own log, whole or not at all.
  zflush()
  if after then redis.call('HSET', gkey(gen, 'pos'), field, after) end
  return { 'applied', broken }
end

-- What became of the decision a reviewer made under an epoch, if it has been applied.
local function resultOf(st, reviewer, epoch)
  -- What was decided without a lease (an undo) has no epoch.
  if not tonumber(epoch) or tonumber(epoch) <= 0 then return nil end
  for _, d in ipairs(st.d) do
    if d.w == reviewer and d.n == epoch then return d end
  end
  return nil
end

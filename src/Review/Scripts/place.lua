-- Part 3 of every script: the hash of one id and its place in the queues.
--
-- Fields of an item's hash: s facts as JSON (fold.lua), b which ranked record of them counts, st status, q queue it waits
-- in (leases aside), en time enqueued, sk reviewers who skipped it (if any), p:<version> the packed RankedItem
-- (its name cut: 128 bits of a digest tell versions of one id apart).
--
-- Facts are written as lists of fixed order, so that equal facts are equal bytes.
local RANKED = { 'o', 'v', 'd', 'z', 'q', 'e', 'l', 'a', 't', 'k' }
local DECIDED = { 'i', 'c', 'v', 'o', 'u', 't', 'w', 'n', 'q', 'g', 'p', 'k', 'b', 'x', 'f' }

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

local function pack(list, fields)
  local rows = {}
  for i, e in ipairs(list) do
    local row = {}
    for j, name in ipairs(fields) do row[j] = e[name] or '' end
    rows[i] = row
  end
  return rows
end

local function unpackRows(rows, fields)
  local list = {}
  for i, row in ipairs(rows) do
    local e = {}
    for j, name in ipairs(fields) do e[name] = row[j] end
    for _, optional in ipairs({ 'z', 'u', 'g', 'f' }) do if e[optional] == '' then e[optional] = nil end end
    list[i] = e
  end
  return list
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
  return { r = unpackRows(rows[1], RANKED), d = unpackRows(rows[2], DECIDED), queue = f[2] }
end

-- A sweep looks again a little later at what is due and could not be forgotten yet, and at others first.
local sweepAgain

local function save(gen, id, st, v)
  local key = ikey(gen, id)
  if #st.r == 0 and #st.d == 0 then
    if not st.fresh then
      redis.call('UNLINK', key)
      redis.call('ZREM', gkey(gen, 'x'), id)
    end
    return
  end
  local due
  for _, e in ipairs(st.r) do if due == nil or e.k + KEEP < due then due = e.k + KEEP end end
  for _, d in ipairs(st.d) do
    if due == nil or d.t + HOLD < due then due = d.t + HOLD end
  end
  if sweepAgain and due <= NOW then due = NOW + sweepAgain end
  redis.call('ZADD', gkey(gen, 'x'), text(due), id)
  local best
  for i, e in ipairs(st.r) do if e == v.best then best = i end end
  local fields = { 's', cjson.encode({ pack(st.r, RANKED), pack(st.d, DECIDED) }), 'st', v.status, 'b', tostring(best or ''), 'q', v.queue or '',
    'en', v.enqueued and text(v.enqueued) or '' }

  -- The evidence of a version lives as long as a record of it that no deletion covers: what was deleted leaves no text behind.
  local alive = {}
  for _, e in ipairs(st.r) do
    if e.d ~= 'w' and place(e) > (v.cover or '') then alive[pfield(e.v)] = true end
  end
  local skipped, gone = {}, {}
  for name in pairs(v.skipped or {}) do skipped[#skipped + 1] = name end
  if #skipped > 0 then
    table.sort(skipped)
    fields[#fields + 1] = 'sk'
    fields[#fields + 1] = cjson.encode(skipped)
  end
  if not st.fresh then
    for _, field in ipairs(redis.call('HKEYS', key)) do
      if field:sub(1, 2) == 'p:' and not alive[field] or field == 'sk' and #skipped == 0 then gone[#gone + 1] = field end
    end
    if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  end
  -- The item that comes with this record is the last field: it is the longest by far.
  if st.item and alive[st.item] then
    fields[#fields + 1] = st.item
    fields[#fields + 1] = st.packed
  end
  redis.call('HSET', key, unpack(fields))
end

-- A lease as callers are told of it; `item` is what is shown of the id, with the time enqueued, where it is at hand.
local function leased(gen, outcome, id, l, item)
  item = item or shown(gen, id, 'en') or { v = '' }
  return { outcome, id, l.epoch, l.ver, l.queue, l['until'], l.sel, l.prop, evidence(gen, id, l.ver), item[1] or '', item.v, text(NOW) }
end

local function leave(gen, id, queue)
  if queue and queue ~= '' then
    redis.call('ZREM', gkey(gen, 'q:' .. queue), id)
    redis.call('ZREM', gkey(gen, 'e:' .. queue), id)
  end
end

-- Writes the state and puts the id where it belongs. A leased item waits nowhere, whatever arrives for it.
local queuesSeen = {}
local function settle(gen, id, st, live, passed)
  local leased = live and redis.call('EXISTS', leaseKey(id)) == 1
  -- Only what loses records to age can expire, so only then what was shown before matters.
  local before
  for _, e in ipairs(st.r) do
    if live and not leased and e.k <= NOW - KEEP then before = before or view(st) end
  end
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
    redis.call('ZADD', gkey(gen, 'q:' .. v.queue), v.score, id)
    redis.call('ZADD', gkey(gen, 'e:' .. v.queue), text(v.enqueued), id)
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
  local positions, at, number, broken = gkey(gen, 'pos'), 8, 0, {}
  for _ = 1, tonumber(ARGV[7]) do
    names[ARGV[at]] = ARGV[at + 1]
    at = at + 2
  end
  while ARGV[at] do
    redis.call('HSET', positions, field, ARGV[at])
    number = number + 1
    local id = ARGV[at + 1]
    if id == '' then
      at = at + 2
    else
      local done, fault = pcall(apply, id, at + 2)
      if not done then broken[#broken + 1] = { number, type(fault) == 'table' and fault.err or tostring(fault) } end
      at = at + 2 + width
    end
  end
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

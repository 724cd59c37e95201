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

local function load(gen, id)
  local raw = redis.call('HGET', ikey(gen, id), 's')
  if not raw then return { r = {}, d = {} } end
  local rows = cjson.decode(raw)
  return { r = unpackRows(rows[1], RANKED), d = unpackRows(rows[2], DECIDED) }
end

-- A sweep looks again a little later at what is due and could not be forgotten yet, and at others first.
local sweepAgain

local function save(gen, id, st, v)
  local key = ikey(gen, id)
  if #st.r == 0 and #st.d == 0 then
    redis.call('UNLINK', key)
    redis.call('ZREM', gkey(gen, 'x'), id)
    return
  end
  local due
  for _, e in ipairs(st.r) do if due == nil or e.k + KEEP < due then due = e.k + KEEP end end
  for _, d in ipairs(st.d) do
    if due == nil or d.t + HOLD < due then due = d.t + HOLD end
  end
  if sweepAgain and due <= NOW then due = NOW + sweepAgain end
  redis.call('ZADD', gkey(gen, 'x'), text(due), id)
  local skipped = {}
  for name in pairs(v.skipped or {}) do skipped[#skipped + 1] = name end
  table.sort(skipped)
  local best
  for i, e in ipairs(st.r) do if e == v.best then best = i end end
  redis.call('HSET', key, 's', cjson.encode({ pack(st.r, RANKED), pack(st.d, DECIDED) }), 'st', v.status, 'b', tostring(best or ''), 'q', v.queue or '',
    'en', v.enqueued and text(v.enqueued) or '')
  if #skipped > 0 then redis.call('HSET', key, 'sk', cjson.encode(skipped)) else redis.call('HDEL', key, 'sk') end

  -- The evidence of a version lives as long as a record of it that no deletion covers: what was deleted leaves no text behind.
  local alive = {}
  for _, e in ipairs(st.r) do
    if e.d ~= 'w' and place(e) > (v.cover or '') then alive[pfield(e.v)] = true end
  end
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if field:sub(1, 2) == 'p:' and not alive[field] then redis.call('HDEL', key, field) end
  end
end

local function leave(gen, id, queue)
  if queue and queue ~= '' then
    redis.call('ZREM', gkey(gen, 'q:' .. queue), id)
    redis.call('ZREM', gkey(gen, 'e:' .. queue), id)
  end
end

-- Writes the state and puts the id where it belongs. A leased item waits nowhere, whatever arrives for it.
local function settle(gen, id, st, live, passed)
  local old = redis.call('HMGET', ikey(gen, id), 'q')
  local leased = live and redis.call('EXISTS', leaseKey(id)) == 1
  -- Only what loses records to age can expire, so only then what was shown before matters.
  local before
  for _, e in ipairs(st.r) do
    if live and not leased and e.k <= NOW - KEEP then before = before or view(st) end
  end
  forget(st, passed, not leased)
  local v = view(st)
  if before and before.status == 'queued' and v.best == nil then
    local payload = redis.call('HGET', ikey(gen, id), pfield(before.best.v))
    if payload then redis.call('RPUSH', P .. ':outbox', 'expired|' .. before.best.v .. '|' .. whole(gen, payload)) end
  end
  leave(gen, id, old[1])
  save(gen, id, st, v)
  if v.status == 'queued' and not leased then
    redis.call('SADD', gkey(gen, 'queues'), v.queue)
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

-- What became of the decision a reviewer made under an epoch, if it has been applied.
local function resultOf(st, reviewer, epoch)
  -- What was decided without a lease (an undo) has no epoch.
  if not tonumber(epoch) or tonumber(epoch) <= 0 then return nil end
  for _, d in ipairs(st.d) do
    if d.w == reviewer and d.n == epoch then return d end
  end
  return nil
end

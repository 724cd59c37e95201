-- Gives a reviewer the next item of a queue under a lease.
-- ARGV: clock, queue, reviewer, claim key, lease ms, most leases of one reviewer, share drawn (text),
--       a random number in [0, 1) if this claim is a draw, else '', the id of the item wanted or ''
local queue, reviewer, claimKey = ARGV[2], ARGV[3], ARGV[4]
local gen = served()
if not gen then return { 'rebuilding' } end

-- A claim can be repeated: the same reviewer with the same key gets the same lease.
local held = redis.call('SMEMBERS', heldKey(reviewer))
local count = 0
for _, id in ipairs(held) do
  local l = lease(id)
  if l and tonumber(l['until']) > NOW then
    count = count + 1
    if l.queue == queue and l.key == claimKey and l.deciding == '' then return leased(gen, 'held', id, l) end
  elseif l and l.deciding == '' then
    endAndSettle(id, l)
  end
end
if count >= tonumber(ARGV[6]) then return { 'too_many_leases' } end

local waiting = gkey(gen, 'q:' .. queue)
local depth = redis.call('ZCARD', waiting)
local mark = '"' .. reviewer .. '"'
local start, drawn = 0, ARGV[8] ~= ''
if drawn then start = math.floor(tonumber(ARGV[8]) * depth) end

-- The first item from `start` downwards, going round, that this reviewer has not skipped.
-- Few are skipped, so the first page is one item; pages grow, so that many of them cost few calls.
local wanted = ARGV[9] or ''
local chosen = wanted ~= '' and redis.call('ZSCORE', waiting, wanted) and wanted
local seen, size = wanted ~= '' and depth or 0, 1
while seen < depth and not chosen do
  local from = (start + seen) % depth
  for _, id in ipairs(redis.call('ZREVRANGE', waiting, from, math.min(from + size - 1, depth - 1))) do
    seen = seen + 1
    local skipped = redis.call('HGET', ikey(gen, id), 'sk')
    if not (skipped and skipped:find(mark, 1, true)) then
      chosen = id
      break
    end
  end
  size = math.min(size * 2, 64)
end
if not chosen then return { 'empty', tostring(depth) } end

local item = shown(gen, chosen, 'en', 'ag')
-- What is reviewed again looks like a random draw, or whoever claims it would know.
local again = item[2] == '1'
local last = tonumber(redis.call('GET', P .. ':epoch') or '0')
local epoch = text(math.max(last + 1, MICROS))
redis.call('SET', P .. ':epoch', epoch)
local ends = text(NOW + tonumber(ARGV[5]))
local l = { epoch = epoch, ver = item.v, queue = queue, ['until'] = ends, sel = again and 'again' or drawn and 'random' or '',
  prop = (again or drawn) and string.format('%.17g', tonumber(ARGV[7]) / depth) or '' }
redis.call('HSET', leaseKey(chosen), 'holder', reviewer, 'epoch', epoch, 'ver', item.v, 'at', item.at, 'queue', queue, 'since', text(NOW),
  'until', ends, 'key', claimKey, 'sel', l.sel, 'prop', l.prop, 'deciding', '', 'idem', '', 'words', '')
redis.call('ZADD', P .. ':leases', ends, chosen)
redis.call('SADD', heldKey(reviewer), chosen)
leave(gen, chosen, queue)
return leased(gen, 'claimed', chosen, l, item)

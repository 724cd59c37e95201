-- Applies a run of `decisions` records, see applyRun in place.lua.
-- Values of a record: i, c, v, o, u, t, w, n, q, g (verdict of a final or second one), p, k, b, first verdict (of a second one), StatusEvent
local gen, live, field, passed = ARGV[2], ARGV[3] == '1', ARGV[4], tonumber(ARGV[6])

return applyRun(15, {}, function(id, at)
  local d = { i = ARGV[at], c = ARGV[at + 1], v = ARGV[at + 2], o = ARGV[at + 3], t = tonumber(ARGV[at + 5]), w = ARGV[at + 6], n = ARGV[at + 7],
    q = ARGV[at + 8], p = ARGV[at + 10], k = ARGV[at + 11], b = ARGV[at + 12] }
  if ARGV[at + 4] ~= '' then d.u = ARGV[at + 4] end
  if ARGV[at + 9] ~= '' then d.g = ARGV[at + 9] end
  -- A decision older than this holds for no ranked record that still counts.
  if d.t + HOLD <= NOW - KEEP then return end
  local st = load(gen, id)
  for _, other in ipairs(st.d) do
    if other.i == d.i then return end
  end
  st.d[#st.d + 1] = d

  local l = live and lease(id)
  if l and l.holder == d.w and l.epoch == d.n then endLease(id, l) end
  settle(gen, id, st, live, passed)
  if d.c == '2' and ARGV[at + 13] ~= '' then
    redis.call('ZADD', gkey(gen, 'pairs'), text(d.t), d.i .. ' ' .. d.q .. ' ' .. ARGV[at + 13] .. ' ' .. (d.g or ''))
    redis.call('ZREMRANGEBYRANK', gkey(gen, 'pairs'), 0, -1 - PAIRS)
    redis.call('ZREMRANGEBYSCORE', gkey(gen, 'pairs'), '-inf', text(NOW - KEEP))
  end
  for _, other in ipairs(st.d) do
    if other.c == '2' and other.i == d.u and d.t <= other.t + HOLD then
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', gkey(gen, 'pairs'), text(other.t), text(other.t))) do
        if member:sub(1, #other.i + 1) == other.i .. ' ' then redis.call('ZREM', gkey(gen, 'pairs'), member) end
      end
    end
  end
  if (d.c == 'f' or d.c == '2' or d.c == 'u' and d.g) and d.t > NOW - DAY then
    -- Of which a reviewer may take back the newest; the same set whatever the order of partitions.
    local mine = gkey(gen, 'by:' .. d.w)
    redis.call('ZADD', mine, text(d.t), d.i .. ' ' .. id)
    redis.call('ZREMRANGEBYRANK', mine, 0, -1 - RECENT)
    redis.call('PEXPIRE', mine, DAY)
  end
  -- Reported once, by whichever generation comes first: a rebuild may serve what the live reader never applied. After a
  -- flush nothing says what was reported, so a rebuild then reports nothing.
  local told, position = redis.call('HGET', P .. ':told', field), ARGV[at - 2]
  if (live or told) and (not told or tonumber(position) > tonumber(told)) then
    redis.call('HSET', P .. ':told', field, position)
    if d.x == 'stands' or d.x == 'effective' then redis.call('RPUSH', P .. ':outbox', 'decision|' .. d.x .. '|' .. ARGV[at + 14]) end
  end
end)

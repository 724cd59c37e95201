-- Part 2 of every script: what is known of one content id, and what follows from it. Nothing here touches Redis.
--
-- The state of an id is a set of facts from the two logs, and everything shown is a function of the set, so the order in
-- which `ranked` and `decisions` were read cannot matter:
--   r  ranked records in the order of the log:
--      o  13 digits (of 36) revision, then the place in the source: 9 digits time, 6 partition, 13 offset: the version order
--      v  version: revision:digest        d  q queued, c cleared, w withdrawn
--      z  1: a deletion without a revision: it covers every record of an earlier place in the source
--      q, e  queue, escalation queue      l, a  the two terms of the priority, as text: log2(value), enqueued / H
--      t  source time                     k  time of the ranked record itself
--   d  decisions in the order of the log:
--      i  decision id    c  f final, s skip, e escalate, u undo, o opens again, 2 second verdict
--      v, o  version and order of the record decided
--      u  the decision it reverses        t  log time    w, n  reviewer, epoch    q  queue    g  final verdict
--      p  topic id of the source record    k, b  marks of the idempotency key and of what the call said
--      x  what became of it               f  1: x is settled, since what it rests on has been forgotten
local TIMES = 16      -- ranked records kept per id: the oldest ones, the best one and the last deletion
local DECISIONS = 64  -- decisions kept per id

-- Asked for over and over, and a string that is cut is hashed anew each time.
local function place(e)
  local p = e.place
  if not p then
    p = e.o:sub(14)
    e.place = p
  end
  return p
end

-- The last deletion before a place in the source. What was posted again after a deletion is reviewed again, so a
-- decision speaks of a version between two deletions.
local function life(st, at)
  local last = ''
  for _, e in ipairs(st.r) do
    local p = place(e)
    if e.d == 'w' and p < at and p > last then last = p end
  end
  return last
end

-- Runs over the decisions once: sets what became of each (x); answers what stands, was skipped, escalated or opened again.
-- Opened again is: q where it waits, decides whether a verdict may overturn what stands (it was appealed, or a second verdict
-- differs), moved whether it had gone to the leads before.
local UNJUDGED = { stands = {}, skips = {}, moved = {}, open = {} }
local APPEALS = 'appeals'

-- A decided version is opened again once at a time. Answers what becomes of the record that does so.
local function opens(j, d)
  if not j.stands[d.key] or j.open[d.key] then return 'void' end
  j.open[d.key] = { q = d.q, decides = d.q == APPEALS, moved = j.moved[d.key] }
  -- What took it to the leads before it was decided does not do so again.
  j.moved[d.key] = nil
  return 'opened'
end

local function closes(j, key)
  local opened = j.open[key]
  if opened then j.moved[key] = opened.moved end
  j.open[key] = nil
end

-- A second verdict never stands by itself. One that differs from what stands goes to the leads, who may overturn that.
local function seconds(j, d)
  local opened, first = j.open[d.key], j.stands[d.key]
  if not opened then return 'void' end
  d.opened, d.first = opened, first
  if opened.decides or d.g == first.g then
    closes(j, d.key)
  else
    j.open[d.key] = { q = opened.q, decides = true, moved = opened.moved }
    j.moved[d.key] = true
  end
  return 'second'
end

-- An undo acts only on what stands at this point of the log, and only as long as the decision holds.
local function undoes(j, d, target)
  if not target or d.t > target.t + HOLD then return 'void' end
  if j.stands[target.key] == target then
    j.stands[target.key] = nil
    closes(j, target.key)
    target.x = 'undone'
    return 'effective'
  end
  if target.x == 'second' and target.opened and j.stands[target.key] then
    closes(j, target.key)
    j.open[target.key] = target.opened
    j.moved[target.key] = nil
    target.x = 'undone'
    return 'again'
  end
  return 'void'
end

local function judge(st)
  if #st.d == 0 then return UNJUDGED end
  local j = { stands = {}, skips = {}, moved = {}, open = {} }
  local stands, skips, moved, byId = j.stands, j.skips, j.moved, {}
  for _, d in ipairs(st.d) do
    d.key = d.v .. '@' .. life(st, place(d))
    byId[d.i] = d
    local final = d.c == 'f' or (d.c == 'u' and d.g)
    if not d.f then
      if d.u then d.x = undoes(j, d, byId[d.u]) end
      if final then
        local s = stands[d.key]
        if s and d.t <= s.t + HOLD then
          d.x = 'dissent'
        else
          stands[d.key] = d
          d.x = 'stands'
        end
      elseif d.c == 's' or d.c == 'e' then
        d.x = 'moved'
      elseif d.c == 'o' then
        d.x = opens(j, d)
      elseif d.c == '2' then
        d.x = seconds(j, d)
      end
    end
    if final then closes(j, d.key) end
    if d.c == 'e' then moved[d.key] = true end
    if d.c == 's' then
      local s = skips[d.key] or { count = 0, by = {} }
      if not s.by[d.w] then
        s.by[d.w] = true
        s.count = s.count + 1
      end
      skips[d.key] = s
      if s.count >= 3 then moved[d.key] = true end
    end
  end
  return j
end

-- Whom a version that is reviewed again is not given to, beside those who skipped it: whoever judged it.
local function withJudges(st, key, names)
  local all = {}
  for name in pairs(names or {}) do all[name] = true end
  for _, d in ipairs(st.d) do
    if d.key == key and (d.x == 'stands' or d.x == 'dissent' or d.x == 'second') then all[d.w] = true end
  end
  return all
end

local function decided(st, j, e)
  if #st.d == 0 then return false end
  local s = j.stands[e.v .. '@' .. life(st, place(e))]
  return s ~= nil and e.k <= s.t + HOLD
end

-- The record that counts: the highest in version order of those no deletion covers.
local function best(st)
  local cover = ''
  local gone
  for _, e in ipairs(st.r) do
    if e.z and place(e) > cover then
      cover = place(e)
      gone = e
    end
  end
  local b
  for _, e in ipairs(st.r) do
    if place(e) > cover and (b == nil or e.o >= b.o) then b = e end
  end
  return b or gone, cover
end

-- What is shown of an id: its record that counts, its status, and where it waits.
local function view(st)
  local j = judge(st)
  local b, cover = best(st)
  if b == nil then return { status = '', judged = j } end
  local v = { best = b, judged = j, cover = cover }
  local key = #st.d > 0 and b.v .. '@' .. life(st, place(b)) or ''
  local opened = b.d ~= 'w' and j.open[key]
  if b.d == 'w' then v.status = 'withdrawn'
  elseif opened then v.status = 'queued'
  elseif b.d == 'c' then v.status = 'cleared'
  elseif decided(st, j, b) then v.status = 'decided'
  else v.status = 'queued' end
  if v.status ~= 'queued' then return v end

  -- Enqueued: the oldest queued record above the highest decided or withdrawn one.
  local low = ''
  for _, e in ipairs(st.r) do
    if place(e) > cover and e.o < b.o and e.o > low and (e.d == 'w' or decided(st, j, e)) then low = e.o end
  end
  local first = b
  for _, e in ipairs(st.r) do
    if e.d == 'q' and place(e) > cover and e.o > low and e.o <= b.o and place(e) < place(first) then first = e end
  end
  local value = b.l
  for _, e in ipairs(st.r) do
    if e.v == b.v and e.d ~= 'w' then value = e.l end
  end
  v.enqueued = first.t
  v.again = opened and true or nil
  v.queue = j.moved[key] and not (opened and b.e == '') and b.e or (opened and opened.q ~= '' and opened.q) or b.q
  v.score = string.format('%.9f', tonumber(value) - tonumber(first.a))
  v.skipped = j.skips[key] and j.skips[key].by
  if opened then v.skipped = withJudges(st, key, v.skipped) end
  if v.queue == '' then v.status = 'cleared' end
  return v
end

local function keep(list, wanted)
  local kept = {}
  for i, e in ipairs(list) do
    if wanted(e, i) then kept[#kept + 1] = e end
  end
  return kept
end

-- Forgets a decision that no longer holds. What it decided goes with it, and all below that in version order, or an
-- older version would rise again; dissent against it stays dissent for ever.
local function forgetDecision(st, d)
  local ends = d.t + HOLD
  if d.x == 'stands' then
    -- Its own record may have aged out already.
    local top = d.o
    for _, e in ipairs(st.r) do
      if e.v .. '@' .. life(st, place(e)) == d.key and e.k <= ends and e.o > top then top = e.o end
    end
    st.r = keep(st.r, function(e) return e.d == 'w' or e.o > top or e.k > ends end)
  end
  for _, other in ipairs(st.d) do
    if other.key == d.key and (other.x == 'dissent' or other.first == d) then other.f = 1 end
  end
  st.d = keep(st.d, function(other) return other ~= d end)
end

local function forgetDecisions(st, passed)
  if #st.d == 0 then return end
  local j = judge(st)
  for _, d in ipairs(keep(st.d, function(d) return d.t + HOLD < passed end)) do
    -- A skip or an escalation moves its item as long as that waits.
    -- What stands is needed as long as it is reviewed again.
    local needed = d.x == 'stands' and j.open[d.key] ~= nil
    if d.c == 's' or d.c == 'e' or d.c == 'o' then
      for _, e in ipairs(st.r) do
        if e.v .. '@' .. life(st, place(e)) == d.key and e.k <= d.t + HOLD then needed = true end
      end
    end
    if not needed then forgetDecision(st, d) end
  end
  while #st.d > DECISIONS do
    local oldest
    for _, d in ipairs(st.d) do
      if oldest == nil and d.x ~= 'stands' then oldest = d end
    end
    forgetDecision(st, oldest or st.d[1])
  end
end

local function someAged(st)
  for _, e in ipairs(st.r) do
    if e.k <= NOW - KEEP then return true end
  end
  return false
end

-- Drops what no longer counts: records of 29 days, decisions both logs have passed by 8 days, cleared records with no
-- earlier record that was queued or withdrawn, and records beyond the bound.
local function forget(st, passed, aged)
  if aged and someAged(st) then st.r = keep(st.r, function(e) return e.k > NOW - KEEP end) end
  repeat
    -- A record gone may be what kept a skip, and the other way round.
    local size = #st.r + #st.d
    forgetDecisions(st, passed)
    while st.r[1] and st.r[1].d == 'c' do table.remove(st.r, 1) end
  until size == #st.r + #st.d
  while #st.r > TIMES + 2 do
    local b, last, drop = best(st), nil, nil
    for _, e in ipairs(st.r) do
      if e.d == 'w' and (last == nil or place(e) > place(last)) then last = e end
    end
    for _, e in ipairs(st.r) do
      if e ~= b and e ~= last and (drop == nil or place(e) >= place(drop)) then drop = e end
    end
    st.r = keep(st.r, function(e) return e ~= drop end)
  end
end

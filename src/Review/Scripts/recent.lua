-- A reviewer's final decisions of the last day, the newest first.
-- ARGV: clock, reviewer, most
local gen = served()
if not gen then return { 'rebuilding' } end
local answer = { 'recent' }
for _, member in ipairs(redis.call('ZREVRANGEBYSCORE', gkey(gen, 'by:' .. ARGV[2]), '+inf', text(NOW - DAY), 'LIMIT', 0, ARGV[3])) do
  local decision, id = member:match('^(%S+) (.*)$')
  for _, d in ipairs(load(gen, id).d) do
    if d.i == decision then answer[#answer + 1] = { id, d.i, d.g or '', d.x or '', d.q or '', text(d.t) } end
  end
end
return answer

-- Second verdicts beside the first ones, of the time for which ranked records count.
-- ARGV: clock
local gen = served()
if not gen then return { 'rebuilding' } end
local answer = { 'pairs' }
for _, member in ipairs(redis.call('ZRANGEBYSCORE', gkey(gen, 'pairs'), '(' .. text(NOW - KEEP), '+inf')) do
  local queue, first, second = member:match('^%S+ (.*) (%S+) (%S*)$')
  if queue then answer[#answer + 1] = { queue, first, second } end
end
return answer

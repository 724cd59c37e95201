-- Queues with depth and the time of their oldest item.
-- ARGV: clock
local gen = served()
if not gen then return { 'rebuilding' } end
local names = redis.call('SMEMBERS', gkey(gen, 'queues'))
table.sort(names)
local answer = { 'queues', text(NOW) }
for _, queue in ipairs(names) do
  local oldest = redis.call('ZRANGE', gkey(gen, 'e:' .. queue), 0, 0, 'WITHSCORES')
  answer[#answer + 1] = queue
  answer[#answer + 1] = tostring(redis.call('ZCARD', gkey(gen, 'q:' .. queue)))
  answer[#answer + 1] = oldest[2] or ''
end
return answer

-- The top of a queue, without claiming.
-- ARGV: clock, queue, how many
local gen = served()
if not gen then return { 'rebuilding' } end
local key = gkey(gen, 'q:' .. ARGV[2])
local answer = { 'top', text(redis.call('ZCARD', key)) }
local waiting = redis.call('ZREVRANGE', key, 0, tonumber(ARGV[3]) - 1, 'WITHSCORES')
for i = 1, #waiting, 2 do
  local f = shown(gen, waiting[i], 'en')
  if f then answer[#answer + 1] = { waiting[i], f.v, waiting[i + 1], f[1] or '', evidence(gen, waiting[i], f.v) } end
end
return answer

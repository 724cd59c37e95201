-- The top of a queue, without claiming.
-- ARGV: clock, queue, how many
local gen = served()
if not gen then return { 'rebuilding' } end
local answer = { 'top', text(redis.call('ZCARD', gkey(gen, 'q:' .. ARGV[2]))) }
for _, id in ipairs(redis.call('ZREVRANGE', gkey(gen, 'q:' .. ARGV[2]), 0, tonumber(ARGV[3]) - 1)) do
  local f = redis.call('HMGET', ikey(gen, id), 'v', 'sc', 'en')
  answer[#answer + 1] = { id, f[1] or '', f[2] or '', f[3] or '', redis.call('HGET', ikey(gen, id), 'p:' .. (f[1] or '')) or '' }
end
return answer

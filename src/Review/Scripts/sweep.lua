-- Forgets what is due, a bounded number of ids in one step. Answers how many were looked at.
-- ARGV: clock, generation, live, log time both topics have passed, most ids in one step
local gen, live = ARGV[2], ARGV[3] == '1'
if live and served() ~= gen then return 0 end
local due = redis.call('ZRANGEBYSCORE', gkey(gen, 'x'), '-inf', text(NOW), 'LIMIT', 0, ARGV[5])
sweepAgain = 60000
for _, id in ipairs(due) do settle(gen, id, load(gen, id), live, tonumber(ARGV[4])) end
return #due

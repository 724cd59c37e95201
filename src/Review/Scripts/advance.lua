-- Moves a position past what holds nothing to apply: the end of a partition, or a record that cannot be read.
-- ARGV: clock, generation, live, field, position expected, position after
local no = refused(ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[5])
if no then return no end
redis.call('HSET', gkey(ARGV[2], 'pos'), ARGV[4], ARGV[6])
return { 'applied', 'advanced' }

-- Begins a generation: its positions, and its name in the list of generations.
-- ARGV: clock, generation, then pairs of position field and position
local fields = {}
for i = 3, #ARGV do fields[#fields + 1] = ARGV[i] end
redis.call('HSET', gkey(ARGV[2], 'pos'), unpack(fields))
redis.call('ZADD', P .. ':gens', text(NOW), ARGV[2])
return { 'begun' }

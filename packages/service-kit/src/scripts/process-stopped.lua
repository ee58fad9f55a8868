#!lua
-- A process stopped in order.
-- KEYS[1] mark, as in process-started
-- ARGV[1] how long the mark is kept, ms

redis.call('HSET', KEYS[1], 'state', 'clean')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

#!lua flags=allow-oom
-- A match came to its end: a tombstone stays for a while.
--
-- KEYS 1 match
-- ARGV 1 epoch, 2 TTL ms of the tombstone
-- Returns 1, or 0 when a higher epoch owns it
if tonumber(redis.call('HGET', KEYS[1], 'epoch') or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'state', 'finished')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1

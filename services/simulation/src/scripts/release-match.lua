#!lua flags=allow-oom
-- A match is lost, because its owner stops or it failed: nobody has to wait until the lease runs out.
--
-- KEYS 1 match
-- ARGV 1 epoch
-- Returns 1, or 0: there is no record, a higher epoch owns it, or it came to its end
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'state')
if tonumber(stored[1] or 0) > tonumber(ARGV[1]) or stored[2] == 'finished' then return 0 end
return redis.call('DEL', KEYS[1])

#!lua
-- A simulation said that it is there. The newest stream wins; a record that is missing was lost and is written again.
--
-- KEYS of the registry
-- ARGV of the registry, 3 simulation id, 4 registration, or 0 to get one, 5 presence (bytes), 6 lease ms, 7 most simulations
-- Returns the registration | 0: a newer stream holds it | -1: there are too many
local id, registration = ARGV[3], tonumber(ARGV[4])
local key = ARGV[1] .. id
local stored = tonumber(redis.call('HGET', key, 'registration') or 0)
if registration == 0 then registration = math.max(stored + 1, now) end
if stored > registration then return 0 end
if stored == 0 and redis.call('ZCARD', simulations) >= tonumber(ARGV[7]) then return -1 end
redis.call('HSET', key, 'registration', registration, 'deadline', now + ARGV[6], 'presence', ARGV[5])
redis.call('PEXPIRE', key, ttl_ms)
redis.call('ZADD', simulations, now + ARGV[6], id)
redis.call('PEXPIRE', simulations, ttl_ms)
return registration

#!lua flags=allow-oom
-- Renews the owner's lease on a match. A record that is missing was lost with Redis' data: it is written again.
--
-- KEYS 1 match
-- ARGV 1 epoch, 2 simulation id, 3 trunk address, 4 control address, 5 lease ms, 6 TTL ms
-- Returns 1 renewed, 2 reinstated, 0 refused: a higher epoch owns it, or it is over
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'state')
if tonumber(stored[1] or 0) > tonumber(ARGV[1]) or stored[2] == 'finished' then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'simulation_id', ARGV[2], 'trunk_address', ARGV[3], 'control_address', ARGV[4],
  'epoch', ARGV[1], 'deadline', now + ARGV[5], 'state', 'running')
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return stored[1] and 1 or 2

#!lua
-- Writes a match into the directory, before its simulation hears of it: should anybody die now, the lease runs out.
--
-- KEYS 1 match
-- ARGV 1 simulation id, 2 trunk address, 3 control address, 4 lease ms, 5 TTL ms
-- Returns the epoch under which the simulation owns it
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = math.max((redis.call('HGET', KEYS[1], 'epoch') or 0) + 1, now)
redis.call('HSET', KEYS[1], 'simulation_id', ARGV[1], 'trunk_address', ARGV[2], 'control_address', ARGV[3],
  'epoch', epoch, 'deadline', now + ARGV[4], 'state', 'running')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return epoch

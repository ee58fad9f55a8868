#!lua flags=no-writes
-- Who owns a match, by Redis' clock.
--
-- KEYS 1 match
-- Returns {now, state, epoch, deadline, simulation id, trunk address}; nil for what is missing
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return { now, unpack(redis.call('HMGET', KEYS[1], 'state', 'epoch', 'deadline', 'simulation_id', 'trunk_address')) }

#!lua flags=no-writes
-- Who owns a match, by Redis' clock.
--
-- KEYS 1 match
-- Returns {now}: there is no record | {now, state, epoch, deadline, simulation id, trunk address, control address}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HMGET', KEYS[1], 'state', 'epoch', 'deadline', 'simulation_id', 'trunk_address', 'control_address')
if not fields[1] then return { now } end
return { now, unpack(fields) }

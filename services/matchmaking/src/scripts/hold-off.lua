#!lua flags=no-writes
-- Whether a missing or overdue match may be one whose owner could not renew because Redis was away.
--
-- KEYS 1 sweep: hash of time and hold_until
-- Returns 1 or 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local swept, hold_until = unpack(redis.call('HMGET', KEYS[1], 'time', 'hold_until'))
if not swept or now - swept > 2000 or tonumber(hold_until or 0) > now then return 1 end
return 0

#!lua flags=allow-oom
-- The stream of an epoch is gone; a whole lease runs from now. Repeating it changes nothing.
-- KEYS[4] session
-- ARGV[4] player  [5] epoch of the stream
-- Returns 1; 0 when a higher epoch, a tombstone or nothing was found.

local key, player, epoch = KEYS[4], ARGV[4], tonumber(ARGV[5])
local current = lease(key)
if not current or current.epoch > epoch then return 0 end
if current.epoch == epoch and current.state == 'd' then return 1 end

redis.call('HSET', key, 'e', whole(epoch), 's', 'd')
extend({ key }, { player })
announce('DETACHED', player, epoch, redis.call('HGET', key, 'm'))
return 1

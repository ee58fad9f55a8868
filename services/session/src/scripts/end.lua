#!lua flags=allow-oom
-- Ends a session of an epoch or an older one. A tombstone of a higher epoch than any stream's stays.
-- KEYS[4] session
-- ARGV[4] player  [5] highest epoch that is meant
-- Returns 1; 0 when it was over already, or newer.

local key, player, epoch = KEYS[4], ARGV[4], tonumber(ARGV[5])
local current = lease(key)
if not current or current.epoch > epoch then return 0 end

local match, final = redis.call('HGET', key, 'm'), following(epoch)
bury(key, player, final, 'e')
announce('ENDED', player, final, match)
return 1

#!lua flags=allow-oom
-- An operator ends a session, attached or not. A tombstone of a higher epoch than any stream's stays, and says why.
-- KEYS[4] session
-- ARGV[4] player  [5] highest epoch that is meant; 0 whatever there is  [6] why  [7] hash of the request id, or ''
-- Returns 1; 0 when it was over already, or newer. Repeating it answers the same.

local key, player, meant = KEYS[4], ARGV[4], tonumber(ARGV[5])
local current, over = lease(key)
if over and over.state == 'k' and ARGV[7] ~= '' and redis.call('HGET', key, 'q') == ARGV[7] then return 1 end
if not current or (meant > 0 and current.epoch > meant) then return 0 end

local match, final = redis.call('HGET', key, 'm'), following(current.epoch)
bury(key, player, final, 'k')
redis.call('HSET', key, 'r', ARGV[6], 'q', ARGV[7])
announce('KICKED', player, final, match, ARGV[6])
return 1

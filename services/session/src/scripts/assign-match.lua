#!lua flags=allow-oom
-- Sets or clears the pointer to a match.
-- KEYS[4] session
-- ARGV[4] match; '' clears  [5] only this one is replaced; '' any
-- Returns 1; 0 when the session is gone or points elsewhere. Repeating it changes nothing.

local key, match, expected = KEYS[4], ARGV[4], ARGV[5]
if not lease(key) then return 0 end
local current = redis.call('HGET', key, 'm') or ''
if current == match then return 1 end
if expected ~= '' and current ~= expected then return 0 end
if match == '' then redis.call('HDEL', key, 'm') else redis.call('HSET', key, 'm', match) end
return 1

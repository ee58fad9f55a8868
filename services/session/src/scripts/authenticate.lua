#!lua flags=no-writes
-- Proves a token and changes nothing.
-- KEYS[4] session
-- ARGV[4] hash of the token that is shown
-- Returns KNOWN with the session; UNKNOWN.

local key = KEYS[4]
if not lease(key) then return { 'UNKNOWN' } end
local found = redis.call('HMGET', key, 't', 'p')
if found[1] ~= ARGV[4] and found[2] ~= ARGV[4] then return { 'UNKNOWN' } end
return told('KNOWN', key)

#!lua
-- Proves a token and rotates it. The token before stays good until the new one was used.
-- KEYS[4] session
-- ARGV[4] player  [5] hash of the token that is shown  [6] hash of the new token
-- ARGV[7] hash of the request id, or ''  [8] the new token, sealed for a repeat
-- Returns RESUMED with the session; UNKNOWN: not its token, nothing was touched;
-- REPEATED: session, mark, token hash and sealed token of the first time.

local key, player = KEYS[4], ARGV[4]
local current = lease(key)
if not current then return { 'UNKNOWN' } end

local found = redis.call('HMGET', key, 't', 'p', 'q', 'w', 'm')
if found[1] ~= ARGV[5] and found[2] ~= ARGV[5] then return { 'UNKNOWN' } end
if found[2] == ARGV[5] and ARGV[7] ~= '' and found[3] == 'r' .. ARGV[7] and found[4] then return repeated(key) end

local epoch = following(current.epoch)
redis.call('HDEL', key, 'q', 'w')
redis.call('HSET', key, 'e', whole(epoch), 's', 'd', 'p', ARGV[5], 't', ARGV[6])
if ARGV[7] ~= '' then redis.call('HSET', key, 'q', 'r' .. ARGV[7], 'w', ARGV[8]) end
extend({ key }, { player })
announce('RESUMED', player, epoch, found[5])
return told('RESUMED', key)

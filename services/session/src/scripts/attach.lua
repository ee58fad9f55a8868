#!lua
-- A player's stream opened: proves the token, fences older streams, notes the edge.
-- KEYS[4] session
-- ARGV[4] player  [5] hash of the token that is shown  [6] edge
-- Returns ATTACHED with the session; UNKNOWN: not its token, nothing was touched.

local key, player = KEYS[4], ARGV[4]
local current = lease(key)
if not current then return { 'UNKNOWN' } end

local found = redis.call('HMGET', key, 't', 'p', 'm')
if found[1] ~= ARGV[5] and found[2] ~= ARGV[5] then return { 'UNKNOWN' } end

local epoch = following(current.epoch)
if found[1] == ARGV[5] then redis.call('HDEL', key, 'p') end
redis.call('HSET', key, 'e', whole(epoch), 's', 'a', 'g', ARGV[6])
extend({ key }, { player })
announce('ATTACHED', player, epoch, found[3])
return told('ATTACHED', key)

#!lua
-- Takes the lease of a player who proved the secret.
-- KEYS[4] session
-- ARGV[4] player  [5] name  [6] '1' takes an attached session over  [7] hash of the new token
-- ARGV[8] hash of the request id, or ''  [9] the new token, sealed for a repeat
-- Returns CREATED, ENTERED (a detached session goes on) or REPLACED (an attached one was taken over) with the session;
-- ACTIVE: attached, nothing was touched; REPEATED: session, mark, token hash and sealed token of the first time;
-- SPENT: repeated, but its token is in use already.

local key, player = KEYS[4], ARGV[4]
local found = redis.call('HMGET', key, 'e', 's', 'd', 'm', 'q', 'w')
local current = lease(key)

if current and ARGV[8] ~= '' and (found[5] == 'c' .. ARGV[8] or found[5] == 'e' .. ARGV[8]) then
  if not found[6] then return { 'SPENT' } end
  return repeated(key)
end
if current and current.state == 'a' and ARGV[6] ~= '1' then return { 'ACTIVE' } end

local epoch = following(tonumber(found[1]) or 0)
local outcome, kind = 'CREATED', 'c'
if current then
  outcome, kind = current.state == 'a' and 'REPLACED' or 'ENTERED', 'e'
  redis.call('HDEL', key, 'p', 'q', 'w')
else
  -- The sweep would not find it any more.
  if found[3] then announce('EXPIRED', player, found[1], found[4]) end
  redis.call('DEL', key)
  redis.call('HSET', key, 'c', whole(now))
end
redis.call('HSET', key, 'e', whole(epoch), 'n', ARGV[5], 's', 'd', 't', ARGV[7])
if ARGV[8] ~= '' then redis.call('HSET', key, 'q', kind .. ARGV[8], 'w', ARGV[9]) end
extend({ key }, { player })
announce(outcome == 'ENTERED' and 'RESUMED' or outcome, player, epoch, current and found[4])
return told(outcome, key)

#!lua flags=allow-oom
-- Mends records of one shard that nobody would sweep or free: without their entry in the index, or without a TTL.
-- KEYS[4..] sessions
-- ARGV[4..] per session: player
-- Returns how many were mended.

local mended = 0
for index = 4, #KEYS do
  local key, player = KEYS[index], ARGV[index]
  local deadline, ttl = redis.call('HGET', key, 'd'), redis.call('PTTL', key)
  local stray = false
  if ttl == -1 then
    stray = true
    if not deadline then redis.call('PEXPIRE', key, TOMBSTONE_MS) end
  end
  if deadline and (stray or not redis.call('ZSCORE', KEYS[1], player)) then
    stray = true
    local backstop = whole(tonumber(deadline) + BACKSTOP_MS)
    -- One that is long past its backstop is swept, which tells of it, rather than freed, which does not.
    if tonumber(backstop) <= now then backstop = whole(now + BACKSTOP_MS) end
    redis.call('ZADD', KEYS[1], deadline, player)
    redis.call('PEXPIREAT', key, backstop)
    if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(backstop) then redis.call('PEXPIREAT', KEYS[1], backstop) end
  end
  if stray then mended = mended + 1 end
end
return mended

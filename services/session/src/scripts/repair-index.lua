#!lua flags=allow-oom
-- Looks at some entries of a shard's index and mends those that do not fit their record.
-- KEYS[4] what the keys of the shard's sessions begin with; the rest is the player's id
-- ARGV[4] cursor, '0' at the beginning  [5] about how many to look at
-- Returns the cursor to go on with ('0': that was all), and how many were mended: an entry of a tombstone is taken out, one
-- with another deadline than its record gets that, one without a record is swept within a lease.

local scanned = redis.call('ZSCAN', KEYS[1], ARGV[4], 'COUNT', ARGV[5])
local latest, mended = now + LEASE_MS, 0
for index = 1, #scanned[2], 2 do
  local player, score = scanned[2][index], tonumber(scanned[2][index + 1])
  local record = redis.call('HMGET', KEYS[4] .. player, 'e', 'd')
  local deadline = tonumber(record[2]) or (not record[1] and math.min(score, latest)) or nil
  if not deadline then
    redis.call('ZREM', KEYS[1], player)
    mended = mended + 1
  elseif deadline ~= score then
    redis.call('ZADD', KEYS[1], whole(deadline), player)
    mended = mended + 1
  end
end
return { scanned[1], mended }

#!lua flags=allow-oom
-- The simulations that are there. Also the sweep's sign of life: after a gap (Redis was away, or nobody swept) no match
-- is taken for lost during one whole match lease; their owners write the records again.
--
-- KEYS of the registry, 2 sweep: hash of time and hold_until
-- ARGV of the registry, 3 match lease ms
-- Returns {deadline, presence (bytes), …}
local swept = redis.call('HGET', KEYS[2], 'time')
if not swept or now - swept > 2000 then redis.call('HSET', KEYS[2], 'hold_until', now + ARGV[3]) end
redis.call('HSET', KEYS[2], 'time', now)
redis.call('PEXPIRE', KEYS[2], ttl_ms)

local answer = {}
for _, id in ipairs(redis.call('ZRANGE', simulations, 0, -1)) do
  local deadline, presence = unpack(redis.call('HMGET', ARGV[1] .. id, 'deadline', 'presence'))
  if not deadline then
    drop(id)
  elseif tonumber(deadline) > now then
    answer[#answer + 1] = deadline
    answer[#answer + 1] = presence
  end
end
return answer

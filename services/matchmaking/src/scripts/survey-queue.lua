#!lua flags=allow-oom
-- What a director looks at: the head of the queue. Also the sweep's sign of life: after a gap nothing is over for one
-- whole lease.
--
-- KEYS of the queue
-- ARGV of the queue, 5 most entries
-- Returns {now, {"<ticket>/<n>", order, …}}
redis.call('HSET', sweep_key, 'time', now)
if gap then redis.call('HSET', sweep_key, 'hold_until', now + lease_ms) end
redis.call('PEXPIRE', sweep_key, ttl_ms)
return { now, redis.call('ZRANGE', waiting, 0, ARGV[5] - 1, 'WITHSCORES') }

-- The beginning of every script of the registry of simulations.
--
-- KEYS 1 simulations  zset simulation id by deadline
-- ARGV 1 prefix of simulation hashes (under the tag of the KEYS), 2 TTL ms of every key
-- A simulation: registration (grows with every stream that registers it), deadline, presence (bytes)
-- Times are milliseconds of Redis' clock.
local simulations, ttl_ms = KEYS[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function drop(id)
  redis.call('DEL', ARGV[1] .. id)
  redis.call('ZREM', simulations, id)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', simulations, '-inf', now, 'LIMIT', 0, 100)) do drop(id) end

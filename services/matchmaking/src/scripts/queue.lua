-- The beginning of every script of the queue; the transition itself follows in a file of its own.
--
-- KEYS 1 waiting    zset "<ticket>/<n>" by order: an entry per player, so that ZCARD counts players and ZRANK tells a place
--      2 claimed    zset ticket by the time at which its claim lapses
--      3 deadlines  zset ticket by the end of its lease
--      4 sweep      hash time: of the last sweep; hold_until: before it no lease is over
-- ARGV 1 prefix of ticket hashes, 2 prefix of players' pointers to their tickets (both under the tag of the KEYS),
--      3 lease ms, 4 TTL ms of every key: the backstop that frees Redis when nobody sweeps
-- A ticket: state (waiting, claimed, assigned), deadline, order, size, players (ids, by spaces), members (bytes), epoch;
--      claim while claimed; match_id, match_epoch, simulation_id, trunk_address when assigned.
-- Times are milliseconds of Redis' clock. No index entry outlives its ticket: drop() is the only end of one.
local waiting, claimed, deadlines, sweep_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local lease_ms, ttl_ms = tonumber(ARGV[3]), tonumber(ARGV[4])
local players_max = 8
local trimmed_max = 200
local gap_max_ms = 2000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local swept, hold_until = unpack(redis.call('HMGET', sweep_key, 'time', 'hold_until'))
local gap = not swept or now - swept > gap_max_ms
-- A lease whose deadline is not after the horizon is over. While nobody swept (Redis was away), none is.
local horizon = now
if gap or tonumber(hold_until or 0) > now then horizon = 0 end

local function ticket_key(id)
  return ARGV[1] .. id
end

local function entries(id, size)
  local list = {}
  for n = 1, size do list[n] = id .. '/' .. n end
  return list
end

local function enter_queue(id, order, size)
  for _, entry in ipairs(entries(id, size)) do redis.call('ZADD', waiting, order, entry) end
end

local function leave_queue(id)
  redis.call('ZREM', waiting, unpack(entries(id, players_max)))
end

local function forget_players(id, players)
  for player in string.gmatch(players, '%S+') do
    local pointer = ARGV[2] .. player
    if redis.call('GET', pointer) == id then redis.call('DEL', pointer) end
  end
end

-- The end of a ticket, whatever is left of it.
local function drop(id)
  forget_players(id, redis.call('HGET', ticket_key(id), 'players') or '')
  leave_queue(id)
  redis.call('ZREM', claimed, id)
  redis.call('ZREM', deadlines, id)
  redis.call('DEL', ticket_key(id))
end

-- Back into the queue, at the old place.
local function give_back(id)
  redis.call('ZREM', claimed, id)
  local order, size = unpack(redis.call('HMGET', ticket_key(id), 'order', 'size'))
  if not order then return end
  redis.call('HSET', ticket_key(id), 'state', 'waiting')
  redis.call('HDEL', ticket_key(id), 'claim')
  enter_queue(id, order, size)
end

-- A lease from now on; the TTLs of all that the ticket is made of.
local function hold(id, players, ms)
  redis.call('HSET', ticket_key(id), 'deadline', now + ms)
  redis.call('PEXPIRE', ticket_key(id), ttl_ms)
  redis.call('ZADD', deadlines, now + ms, id)
  for player in string.gmatch(players, '%S+') do redis.call('PEXPIRE', ARGV[2] .. player, ttl_ms) end
end

-- Every script that writes an index ends with this.
local function keep_indexes()
  redis.call('PEXPIRE', waiting, ttl_ms)
  redis.call('PEXPIRE', claimed, ttl_ms)
  redis.call('PEXPIRE', deadlines, ttl_ms)
end

-- Leases that are over end; claims that lapsed return. Bounded: the rest is the next script's.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', horizon, 'LIMIT', 0, trimmed_max)) do drop(id) end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', claimed, '-inf', now, 'LIMIT', 0, trimmed_max)) do give_back(id) end

-- The fields of a ticket whose lease is not over, or nothing.
local function live(id, ...)
  local fields = redis.call('HMGET', ticket_key(id), 'deadline', ...)
  if not fields[1] or tonumber(fields[1]) <= horizon then return nil end
  return fields
end

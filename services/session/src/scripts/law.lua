-- The law that every script of sessions keeps. Put before each of them; they all take
-- KEYS[1] deadlines (zset: player id by deadline, of the shard)
-- KEYS[2] sweep     (hash: `last` sweep and end of `hold`-off, ms)
-- KEYS[3] events    (stream, capped)
-- ARGV[1] lease ms   ARGV[2] longest pause of sweeps, ms
-- ARGV[3] what is kept, three numbers: events per shard, how long events, how long tombstones, ms
-- and go on with KEYS[4] and ARGV[4].
--
-- A record is a hash: e epoch, n name, s state ('a'ttached, 'd'etached; as tombstone 'e'nded, 'k'icked), g edge, m match,
-- c created, d deadline, t hash of the token, p hash of the token before it until t was used,
-- q mark of the request that made t (kind + hash of its id), w token sealed for a repeat of that request. A tombstone has e,
-- s and, of a kick, r why, q mark of the request.

local LEASE_MS, PAUSE_MS_MAX = tonumber(ARGV[1]), tonumber(ARGV[2])
local EVENTS_MAX, EVENTS_MS, TOMBSTONE_MS = string.match(ARGV[3], '^(%d+) (%d+) (%d+)$')
local BACKSTOP_MS = 300000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Hold-off: when nobody swept for a while (Redis was away, or its clock jumped), no lease runs out.
local swept = redis.call('HMGET', KEYS[2], 'last', 'hold')
local paused = not swept[1] or math.abs(now - swept[1]) > PAUSE_MS_MAX
local held = paused or now < tonumber(swept[2])

-- Lua shows 14 digits of a number by itself.
local function whole(number) return string.format('%.0f', number) end

local function past(deadline) return not held and tonumber(deadline) <= now end

-- Epoch, state and sealed token of a record: first result, while its lease runs; second result, when it is a tombstone.
local function lease(key)
  local record = redis.call('HMGET', key, 'e', 's', 'd', 'w')
  if not record[1] then return nil, nil end
  local entry = { epoch = tonumber(record[1]), state = record[2], sealed = record[4] }
  if record[2] == 'e' or record[2] == 'k' then return nil, entry end
  if not record[3] or past(record[3]) then return nil, nil end
  return entry, nil
end

-- Grows even across lost data.
local function following(epoch) return math.max(epoch + 1, now) end

-- A whole lease from now, for each of `players` (and its key in `keys`): deadline, entry in the index, and the backstop
-- behind both.
local function extend(keys, players)
  if #keys == 0 then return end
  local deadline, backstop = whole(now + LEASE_MS), whole(now + LEASE_MS + BACKSTOP_MS)
  local entries = {}
  for index, key in ipairs(keys) do
    redis.call('HSET', key, 'd', deadline)
    redis.call('PEXPIREAT', key, backstop)
    entries[2 * index - 1], entries[2 * index] = deadline, players[index]
  end
  redis.call('ZADD', KEYS[1], unpack(entries))
  if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(backstop) then redis.call('PEXPIREAT', KEYS[1], backstop) end
end

-- Adds to the events; whoever uses it sees to their end by `keep_events`. One field, named by the kind: player, epoch, match
-- and reason, with blanks between them. Of thousands at once it is what readers take apart that counts.
local function append_event(kind, player, epoch, match, reason)
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', EVENTS_MAX, '*',
    kind, table.concat({ player, whole(epoch), match or '', reason or '' }, ' '))
end

local function keep_events() redis.call('PEXPIRE', KEYS[3], EVENTS_MS) end

local function announce(...)
  append_event(...)
  keep_events()
end

-- In place of a session: keeps streams that know nothing of its end from renewing it.
local function bury(key, player, epoch, state)
  redis.call('DEL', key)
  redis.call('HSET', key, 'e', whole(epoch), 's', state)
  redis.call('PEXPIRE', key, TOMBSTONE_MS)
  redis.call('ZREM', KEYS[1], player)
end

-- What a stream of an epoch is told of the tombstone it meets: 3 ended; 4 kicked, and why.
local function farewell(key, over)
  if over.state == 'e' then return 3 end
  return { 4, redis.call('HGET', key, 'r') or '' }
end

-- A session as replies tell it: outcome, epoch, name, state, edge, match, created, deadline.
local function told(outcome, key)
  local record = redis.call('HMGET', key, 'e', 'n', 's', 'g', 'm', 'c', 'd')
  table.insert(record, 1, outcome)
  return record
end

-- The same for a repeated request, with mark, token hash and sealed token.
local function repeated(key)
  local record = told('REPEATED', key)
  for _, value in ipairs(redis.call('HMGET', key, 'q', 't', 'w')) do table.insert(record, value) end
  return record
end

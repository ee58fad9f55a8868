#!lua flags=allow-oom
-- Ends the leases of one shard that are past their deadline, and says so; begins the hold-off when the last sweep is too
-- long ago. Any number of sweepers may run it at once.
-- KEYS[4] what the keys of the shard's sessions begin with; the rest is the player's id, read from the index
-- ARGV[4] most leases to end in one run
-- Returns three numbers: leases ended; 1 when a hold-off began; 1 when more may be due.

local hold = tonumber(swept[2]) or 0
if paused or hold > now + LEASE_MS then hold = now + LEASE_MS end
held = now < hold
redis.call('HSET', KEYS[2], 'last', whole(now), 'hold', whole(hold))
redis.call('PEXPIRE', KEYS[2], LEASE_MS + BACKSTOP_MS)
if held then return { 0, paused and 1 or 0, 0 } end

local limit = tonumber(ARGV[4])
local due = redis.call('ZRANGE', KEYS[1], '-inf', whole(now), 'BYSCORE', 'LIMIT', 0, limit)
-- What goes is taken out by one command of each kind: thousands may be due at once, and everybody waits for this script.
local over, records, ended = {}, {}, 0
for _, player in ipairs(due) do
  local key = KEYS[4] .. player
  local record = redis.call('HMGET', key, 'e', 'd', 'm')
  if record[2] and not past(record[2]) then
    redis.call('ZADD', KEYS[1], record[2], player)
  else
    table.insert(over, player)
    if record[2] then
      table.insert(records, key)
      append_event('EXPIRED', player, record[1], record[3])
      ended = ended + 1
    elseif not record[1] then
      -- Freed by its backstop: whose it was is known, the epoch is not; no epoch up to now can be higher.
      append_event('EXPIRED', player, now - 1)
      ended = ended + 1
    end
  end
end
if #over > 0 then redis.call('ZREM', KEYS[1], unpack(over)) end
if #records > 0 then redis.call('DEL', unpack(records)) end
if ended > 0 then keep_events() end
return { ended, 0, #due == limit and 1 or 0 }

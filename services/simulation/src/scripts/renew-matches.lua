#!lua flags=allow-oom
-- Renews the owner's leases on matches. A record that is missing was lost with Redis' data: it is written again. One that cannot
-- be read keeps no other from being renewed. On a Cluster one match at a time: their keys lie on different nodes.
--
-- KEYS the matches
-- ARGV 1 simulation id, 2 trunk address, 3 control address, 4 lease ms, 5 TTL ms, then the epoch of each match
-- Returns for each 1 renewed, 2 reinstated, 0 refused: a higher epoch owns it, or it is over; -1 no record of a match
local time = redis.call('TIME')
local deadline = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4]

local function renew(key, epoch)
  local stored = redis.pcall('HMGET', key, 'epoch', 'state')
  if stored.err then return -1 end
  if tonumber(stored[1] or 0) > tonumber(epoch) or stored[2] == 'finished' then return 0 end
  redis.call('HSET', key, 'simulation_id', ARGV[1], 'trunk_address', ARGV[2], 'control_address', ARGV[3],
    'epoch', epoch, 'deadline', deadline, 'state', 'running')
  redis.call('PEXPIRE', key, ARGV[5])
  return stored[1] and 1 or 2
end

local replies = {}
for index, key in ipairs(KEYS) do replies[index] = renew(key, ARGV[5 + index]) end
return replies

#!lua flags=allow-oom
-- Renews the leases of open streams, all of one shard. Allowed when memory is full: it takes none.
-- KEYS[4..] sessions
-- ARGV[4..] per session: player, epoch of the stream
-- Returns one number per session: 1 renewed, 2 a higher epoch exists, 3 ended, 5 missing (also when the record is older
-- than the stream: then the newer one was lost); or a pair: 4 kicked, and why.

local outcomes, keys, players = {}, {}, {}
for index = 4, #KEYS do
  local key = KEYS[index]
  local player, epoch = ARGV[2 * index - 4], tonumber(ARGV[2 * index - 3])
  local current, over = lease(key)
  local outcome = 5
  if over and over.epoch >= epoch then
    outcome = farewell(key, over)
  elseif current and current.epoch > epoch then
    outcome = 2
  elseif current and current.epoch == epoch then
    outcome = 1
    -- The token arrived and is in use.
    if current.sealed then redis.call('HDEL', key, 'w') end
    table.insert(keys, key)
    table.insert(players, player)
  end
  table.insert(outcomes, outcome)
end
extend(keys, players)
return outcomes

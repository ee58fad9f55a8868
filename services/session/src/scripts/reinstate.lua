#!lua
-- Writes records again that were lost with Redis' data, all of one shard, all with open streams at one edge.
-- KEYS[4..] sessions
-- ARGV[4] edge; from ARGV[5] on per session: player, epoch, name, match or '', created ms, hash of the token
-- Returns one number per session: 1 stands, 2 a higher epoch exists, 3 ended; or a pair: 4 kicked, and why. Behind them how
-- many were written.

local outcomes, keys, players, written = {}, {}, {}, 0
for index = 4, #KEYS do
  local key, first = KEYS[index], 5 + (index - 4) * 6
  local player, epoch = ARGV[first], tonumber(ARGV[first + 1])
  local current, over = lease(key)
  -- Of a lease that ran out, too, while its record is there: an older stream must not undo what came after it.
  local stored = not over and tonumber(redis.call('HGET', key, 'e')) or 0
  local outcome = 1
  if over and over.epoch >= epoch then
    outcome = farewell(key, over)
  elseif stored > epoch then
    outcome = 2
  elseif not current or current.epoch < epoch then
    redis.call('DEL', key)
    redis.call('HSET', key, 'e', whole(epoch), 'n', ARGV[first + 2], 's', 'a', 'g', ARGV[4],
      'c', ARGV[first + 4], 't', ARGV[first + 5])
    if ARGV[first + 3] ~= '' then redis.call('HSET', key, 'm', ARGV[first + 3]) end
    written = written + 1
  end
  if outcome == 1 then
    table.insert(keys, key)
    table.insert(players, player)
  end
  table.insert(outcomes, outcome)
end
extend(keys, players)
table.insert(outcomes, written)
return outcomes

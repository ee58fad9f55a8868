#!lua
-- The match is placed: says so on the tickets that this claim still holds. Their players may ask for another one.
--
-- KEYS of the queue
-- ARGV of the queue, 5 claim id, 6 ms that the tickets stay to be read, 7 match id, 8 epoch, 9 simulation id,
--      10 trunk address, 11… ticket ids
-- Returns {1 per ticket that is assigned, 0 per ticket that went}
local answer = {}
for n = 11, #ARGV do
  local id = ARGV[n]
  local ticket = live(id, 'claim', 'players')
  local held = ticket and ticket[2] == ARGV[5]
  if held then
    redis.call('ZREM', claimed, id)
    redis.call('HSET', ticket_key(id), 'state', 'assigned', 'match_id', ARGV[7], 'match_epoch', ARGV[8],
      'simulation_id', ARGV[9], 'trunk_address', ARGV[10])
    redis.call('HDEL', ticket_key(id), 'claim')
    hold(id, '', tonumber(ARGV[6]))
    forget_players(id, ticket[3])
  end
  answer[#answer + 1] = held and 1 or 0
end
keep_indexes()
return answer

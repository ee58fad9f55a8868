#!lua
-- Renews tickets and tells where they stand. A lease with more than three quarters left is not written again: edges ask
-- four times a second. Assigned tickets are not renewed: their edge has read it, or is gone.
--
-- KEYS of the queue
-- ARGV of the queue, 5… ticket ids
-- Returns {players in the queue, per ticket: {'waiting', place from 1} | {'claimed'} | {'gone'} |
--         {'assigned', match id, epoch, simulation id, trunk address}}
local answer = { redis.call('ZCARD', waiting) }
local wrote = false
for n = 5, #ARGV do
  local id = ARGV[n]
  local ticket = live(id, 'state', 'players', 'match_id', 'match_epoch', 'simulation_id', 'trunk_address')
  local status = { 'gone' }
  if ticket then
    local deadline, state, players = unpack(ticket, 1, 3)
    if state == 'assigned' then
      status = { state, unpack(ticket, 4, 7) }
    else
      if deadline - now < lease_ms * 0.75 then
        hold(id, players, lease_ms)
        wrote = true
      end
      status = { state }
      if state == 'waiting' then status[2] = (redis.call('ZRANK', waiting, id .. '/1') or 0) + 1 end
    end
  end
  answer[#answer + 1] = status
end
if wrote then keep_indexes() end
return answer

#!lua
-- Takes tickets out of the queue for one match, all or none: of two directors that want the same, one gets them.
--
-- KEYS of the queue
-- ARGV of the queue, 5 claim id, 6 claim ms, 7… ticket ids
-- Returns {members of the first ticket (bytes), …}, or nil when one of them does not wait (any more)
local answer = {}
for n = 7, #ARGV do
  local ticket = live(ARGV[n], 'state', 'members')
  -- An entry without its ticket must not stand in everybody's way.
  if not ticket then drop(ARGV[n]) end
  if not ticket or ticket[2] ~= 'waiting' then return nil end
  answer[#answer + 1] = ticket[3]
end
for n = 7, #ARGV do
  leave_queue(ARGV[n])
  redis.call('HSET', ticket_key(ARGV[n]), 'state', 'claimed', 'claim', ARGV[5])
  redis.call('ZADD', claimed, now + ARGV[6], ARGV[n])
end
keep_indexes()
return answer

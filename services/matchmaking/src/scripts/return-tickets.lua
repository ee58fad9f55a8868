#!lua flags=allow-oom
-- The match could not be placed: what this claim still holds waits again, at the old place.
--
-- KEYS of the queue
-- ARGV of the queue, 5 claim id, 6… ticket ids
-- Returns how many
local returned = 0
for n = 6, #ARGV do
  if redis.call('HGET', ticket_key(ARGV[n]), 'claim') == ARGV[5] then
    give_back(ARGV[n])
    returned = returned + 1
  end
end
keep_indexes()
return returned

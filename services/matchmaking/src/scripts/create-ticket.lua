#!lua
-- Puts a party into the queue, once: a repeated request gets the same ticket, who waits already keeps ticket and place.
--
-- KEYS of the queue, 5 request: pointer to the ticket that the request made
-- ARGV of the queue, 5 ticket id, 6 order of a ticket in front of the others, relative to its time, or '',
--      7 highest session epoch of the members, 8 members (bytes), 9 TTL ms of the request, 10 most tickets,
--      11… player ids
-- Returns {'ticket', id} | {'waits', n}: player n (from 0) waits in another ticket | {'full'}
local id, front, epoch, members = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8]
local players = table.concat(ARGV, ' ', 11)

local made = redis.call('GET', KEYS[5])
if made then return { 'ticket', made } end

local existing = false
for n = 11, #ARGV do
  local pointed = redis.call('GET', ARGV[2] .. ARGV[n])
  if pointed and not live(pointed) then
    drop(pointed)
    pointed = false
  end
  if n > 11 and pointed ~= existing then return { 'waits', pointed and n - 11 or 0 } end
  existing = pointed
end

if existing then
  local key = ticket_key(existing)
  local state, size, known, known_epoch = unpack(redis.call('HMGET', key, 'state', 'size', 'players', 'epoch'))
  -- The same people under newer sessions: seats are reserved for those.
  if known == players and epoch >= tonumber(known_epoch) then
    redis.call('HSET', key, 'members', members, 'epoch', epoch)
  end
  if front ~= '' and tonumber(redis.call('HGET', key, 'order')) > now + front / 2 then
    local order = now + front
    redis.call('HSET', key, 'order', order)
    if state == 'waiting' then enter_queue(existing, order, size) end
  end
  hold(existing, known, lease_ms)
  id = existing
else
  if redis.call('ZCARD', deadlines) >= tonumber(ARGV[10]) then return { 'full' } end
  local order = now + (front == '' and 0 or front)
  local size = #ARGV - 10
  redis.call('HSET', ticket_key(id), 'state', 'waiting', 'order', order, 'size', size, 'players', players,
    'members', members, 'epoch', epoch)
  for n = 11, #ARGV do redis.call('SET', ARGV[2] .. ARGV[n], id) end
  hold(id, players, lease_ms)
  enter_queue(id, order, size)
end
redis.call('SET', KEYS[5], id, 'PX', ARGV[9])
keep_indexes()
return { 'ticket', id }

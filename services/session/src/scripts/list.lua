#!lua flags=no-writes
-- Looks at some sessions of one shard.
-- KEYS[4] what the keys of the shard's sessions begin with; the rest is the player's id
-- ARGV[4] cursor, '0' at the beginning  [5] server of the cursor, or ''  [6] about how many to look at
-- ARGV[7] state or ''  [8] edge or ''  [9] least age, ms, or ''  [10] greatest age, ms, or ''
-- ARGV[11..] players: looks at these instead
-- Returns the cursor to go on with ('0': that was all), the server it is of, and the sessions that are live and fit, each
-- with the player in the place of the outcome. A cursor is of one life of a server: in another, the scan begins anew.

local server = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local cursor, players = '0', {}
if #ARGV > 10 then
  for index = 11, #ARGV do table.insert(players, ARGV[index]) end
else
  local from = ARGV[5] == server and ARGV[4] or '0'
  local scanned = redis.call('ZSCAN', KEYS[1], from, 'COUNT', ARGV[6])
  cursor = scanned[1]
  for index = 1, #scanned[2], 2 do table.insert(players, scanned[2][index]) end
end

local created_max = ARGV[9] == '' and math.huge or now - tonumber(ARGV[9])
local created_min = ARGV[10] == '' and -math.huge or now - tonumber(ARGV[10])
local answer = { cursor, server }
for _, player in ipairs(players) do
  -- What `lease` and `told` would read, at once: of a million this is done for each.
  local session = redis.call('HMGET', KEYS[4] .. player, 'e', 'n', 's', 'g', 'm', 'c', 'd')
  local state, edge, created, deadline = session[3], session[4], tonumber(session[6]), session[7]
  -- A tombstone has no deadline.
  if deadline and created and not past(deadline)
    and (ARGV[7] == '' or state == ARGV[7]) and (ARGV[8] == '' or edge == ARGV[8])
    and created >= created_min and created <= created_max then
    table.insert(session, 1, player)
    table.insert(answer, session)
  end
end
return answer

#!lua flags=no-writes
-- Looks sessions up, all of one shard.
-- KEYS[4..] sessions
-- Returns per session: KNOWN with the session; UNKNOWN.

local sessions = {}
for index = 4, #KEYS do
  local key = KEYS[index]
  table.insert(sessions, lease(key) and told('KNOWN', key) or { 'UNKNOWN' })
end
return sessions

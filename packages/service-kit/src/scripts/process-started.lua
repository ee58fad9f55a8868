#!lua
-- A process starts under its stable name: how did the one before it end?
-- KEYS[1] mark (hash: `state` 'running' or 'clean'; `unclean` starts so far)
-- ARGV[1] how long the mark is kept, ms
-- Returns 'first', 'clean' or 'unclean', and how many unclean starts the name has had.

local state = redis.call('HGET', KEYS[1], 'state')
local kind = state == 'clean' and 'clean' or state and 'unclean' or 'first'
if kind == 'unclean' then redis.call('HINCRBY', KEYS[1], 'unclean', 1) end
redis.call('HSET', KEYS[1], 'state', 'running')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return { kind, tonumber(redis.call('HGET', KEYS[1], 'unclean') or 0) }

#!lua flags=allow-oom
-- A simulation's stream ended: it is withdrawn at once, unless a newer stream registered it.
--
-- KEYS of the registry
-- ARGV of the registry, 3 simulation id, 4 registration
-- Returns 1, or 0
if redis.call('HGET', ARGV[1] .. ARGV[3], 'registration') ~= ARGV[4] then return 0 end
drop(ARGV[3])
return 1

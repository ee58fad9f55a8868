#!lua flags=allow-oom
-- Takes a ticket out, waiting or claimed. What was placed for its claim meanwhile finds no ticket and undoes itself.
--
-- KEYS of the queue
-- ARGV of the queue, 5 ticket id
-- Returns 1, or 0 when it is assigned or gone
local ticket = live(ARGV[5], 'state')
if not ticket or ticket[2] == 'assigned' then return 0 end
drop(ARGV[5])
return 1

#!/bin/sh
# Runs a program that does not know of supervisors (Redis, dockerd) and ends it when standard input closes, which is what
# happens when the supervisor dies, however it dies. Ends as the program ends; SIGTERM and SIGINT are passed on.
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
trap 'kill -TERM "$program" 2>/dev/null' TERM INT HUP
(
  trap - TERM INT HUP
  while read -r _; do :; done <&3
  kill -TERM "$program" 2>/dev/null
) &
watcher=$!
exec 3<&-
wait "$program"
code=$?
# A trapped signal ends `wait` early: go on until the program is gone.
while kill -0 "$program" 2>/dev/null; do
  wait "$program"
  code=$?
done
kill "$watcher" 2>/dev/null
exit "$code"

# Runs one PostgreSQL for as long as any process holds the pipe "alive" open for writing, and starts it again when it dies.
# Arguments: its folder, the postgres program, then the server's options. It runs in a session of its own (setsid), so that
# Ctrl-C on a terminal reaches only the commands that use the server.
cd "$1" || exit 1
postgres=$2
shift 2
umask 077
rm -f alive && mkfifo alive || exit 1

# Descriptor 3 keeps the pipe open until the starter says that it holds it too (or has died: then this ends at once).
exec 3<>alive 4<alive
echo ready
read -r _
exec 3>&- </dev/null >server.err 2>&1

stopping='' server='' main=$$
trap 'stopping=1; [ -z "$server" ] || kill -INT "$server" 2>/dev/null' TERM
trap '' HUP INT

# Reads until the last writer is gone, then asks until the server has heard: a signal may come before it listens.
(
  trap - TERM
  while read -r _ <&4; do :; done
  exec 4<&-
  while kill -TERM $main 2>/dev/null || kill -INT "$(head -n 1 db/postmaster.pid 2>/dev/null)" 2>/dev/null; do sleep 0.5; done
) &
watcher=$!
exec 4<&-

starts=0
began=$(date +%s)
while [ -z "$stopping" ]; do
  starts=$((starts + 1))
  "$postgres" "$@" &
  server=$!
  wait $server
  code=$?
  while kill -0 $server 2>/dev/null; do
    wait $server
    code=$?
  done
  server=''
  # Stopped cleanly by someone's order, or never came up: whoever waits looks at server.err and the log and decides.
  [ $code -eq 0 ] && break
  [ $starts -eq 1 ] && [ $(($(date +%s) - began)) -lt 2 ] && break
  [ -n "$stopping" ] || if [ $starts -lt 20 ]; then sleep 0.2; else sleep 1; fi
done
kill $watcher 2>/dev/null
exit "${code:-0}"

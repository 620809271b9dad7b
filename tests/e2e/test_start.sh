#!/bin/bash
# What keeps the daemon from starting, and that each is said clearly.
. "$(dirname "$0")/lib.sh"

use_fake

refused() { # refused STATUS PATTERN NAME OPTION…: does not start
    local want=$1 pattern=$2 name=$3
    shift 3
    "$pruned" "$@" >"$work/out" 2>"$work/err" </dev/null &
    local p=$!
    wait_for 20 eval "! kill -0 $p 2>/dev/null" || kill -9 "$p"
    wait "$p"
    is "$?" "$want" "$name: status"
    like "$(cat "$work/err")" "^pruned: error: .*$pattern" "$name: message"
    is "$(grep -c '^pruned: error:' "$work/err")" 1 "$name: one line"
}

refused 2 "bogus" "an unknown option" --bogus
refused 2 "workers" "a value out of range" --workers 0
refused 2 "workers" "a value that is no number" --workers many
refused 2 "max.upload|state.dir|value" "an option without its value" --max-upload
for address in 0.0.0.0:0 192.0.2.1:8080 '[::]:0'; do
    "$pruned" --listen "$address" --state-dir "$state" --prune "$prune" \
        >"$work/out" 2>"$work/err"
    rc=$?
    is $rc 1 "off loopback ($address): does not start"
    like "$(cat "$work/err")" "^pruned: error: .*token" "off loopback ($address): says why"
done
refused 1 "$work/none/prune" "without its prune" --listen 127.0.0.1:0 \
    --state-dir "$state" --prune "$work/none/prune"
printf '#!/bin/sh\necho not json\n' >"$work/odd"
chmod +x "$work/odd"
refused 1 "prune|describe" "a prune that makes no sense" --listen 127.0.0.1:0 \
    --state-dir "$state" --prune "$work/odd"
printf '#!/bin/sh\necho '\''{"version":"0.0.0","techniques":[],"settings":[]}'\''\n' >"$work/odd"
refused 1 "0\.0\.0" "a prune of another version" --listen 127.0.0.1:0 \
    --state-dir "$state" --prune "$work/odd"
echo 'nonsense = 1' >"$work/config"
refused 2 "nonsense" "an unknown key of the config file" --config "$work/config"
touch "$work/file"
refused 1 "$work/file" "a state directory that is a file" --listen 127.0.0.1:0 \
    --state-dir "$work/file" --prune "$prune"

like "$("$pruned" --version)" '^pruned [0-9]' "--version"
like "$("$pruned" --help)" '--state-dir' "--help names the options"

start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
is "$(stat -c %a "$state")" 700 "a missing state directory is made for its owner alone"
refused 1 "$state" "a second daemon on the same state" --listen 127.0.0.1:0 \
    --state-dir "$state" --prune "$prune"
refused 1 "127.0.0.1:$port" "a second daemon on the same port" \
    --listen "127.0.0.1:$port" --state-dir "$work/other" --prune "$prune"
get /healthz
is "$code" 200 "the first one serves on"
stop_daemon INT
is "$status" 0 "SIGINT ends it with 0"
finish

#!/bin/bash
# A file of 1 GiB goes through the daemon without going through its memory.
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
peak() { awk '/^VmHWM:/ {print $2}' "/proc/$pid/status"; }

# Something small first, so that what is taken once is taken.
fake_model "$work/m" sleep=0
put "$work/m" /v1/models/
is "$code" 201 "a small model"
before=$(peak)
truncate -s 1G "$work/huge"
begin=$(now_ms)
put "$work/huge" /v1/models/huge
took=$(($(now_ms) - begin))
problem 422 invalid-model "1 GiB of zeros is no model"
note "1 GiB took $took ms"
after=$(peak)
grown=$((after - before))
note "VmHWM: $before KiB before, $after KiB after"
# A sanitizer's own memory is not the daemon's.
if nm -D "$pruned" 2>/dev/null | grep -qE '__(a|t)san_init'; then
    note "sanitizer build: the peak is not judged"
else
    ok "the peak grew by less than 16 MiB ($grown KiB)" test "$grown" -lt 16384
fi
is "$(files_left | wc -l)" 1 "nothing of it is left"

# And out again: 64 MiB that are accepted.
{ cat "$work/m"; head -c 67108864 /dev/zero; } >"$work/big"
put "$work/big" /v1/models/big
is "$code" 201 "64 MiB are stored"
before=$(peak)
get /v1/models/big/file
ok "they come back the same" cmp -s "$work/body" "$work/big"
grown=$(($(peak) - before))
if ! nm -D "$pruned" 2>/dev/null | grep -qE '__(a|t)san_init'; then
    ok "without a copy in memory ($grown KiB)" test "$grown" -lt 16384
fi
finish

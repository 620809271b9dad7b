#!/bin/bash
# A full disk answers 507, loses nothing that was accepted, and the daemon
# goes on once there is room. The disk is a small tmpfs where that may be
# mounted, else a file size limit stands in for it.
. "$(dirname "$0")/lib.sh"
use_fake
mkdir "$state"
if mount -t tmpfs -o size=12m,mode=0700 tmpfs "$state" 2>/dev/null; then
    kind=tmpfs
    trap 'umount -l "$state" 2>/dev/null; at_exit' EXIT
else
    kind=limit
fi
note "a full disk is made by: $kind"

fake_model "$work/small" sleep=0
head -c 30000 /dev/zero >>"$work/small"
fake_model "$work/large" sleep=0
head -c 9000000 /dev/urandom >>"$work/large"

if [ $kind = tmpfs ]; then
    start_daemon --reserve 4M || { fail "the daemon starts" "$(cat "$log")"; finish; }
else
    ulimit -f 4096 # KiB
    start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
fi
put "$work/small" /v1/models/
is "$code" 201 "a small model fits"
request -d model=small -d technique=structured -d sparsity=0.5 /v1/jobs
is "$code" 202 "a job is accepted"
id=$(json 'd["id"]')
ok "and succeeds" wait_for 30 job_is "$id" succeeded
before=$(files_left)
put "$work/large" /v1/models/
problem 507 disk-full "a large model does not fit"
is "$(files_left)" "$before" "and leaves no file"
request -T - -H 'Transfer-Encoding: chunked' /v1/models/large <"$work/large"
problem 507 disk-full "nor when its size is not announced"
is "$(files_left)" "$before" "and leaves no file either"
if [ $kind = tmpfs ]; then
    # Someone else fills the disk to the last byte.
    dd if=/dev/zero of="$state/filler" bs=64k 2>/dev/null
    put "$work/small" /v1/models/other
    problem 507 disk-full "with no byte left even a small one is refused"
    get /readyz
    is "$code" 503 "the daemon is not ready"
    request -d model=small -d technique=structured -d sparsity=0.5 /v1/jobs
    like "$code" '^(202|507)$' "a job is accepted or refused ($code), not broken"
    [ "$code" = 507 ] && problem 507 disk-full "by the right problem"
    accepted=
    [ "$code" = 202 ] && accepted=$(json 'd["id"]')
    get "/v1/jobs/$id"
    is "$code $(json 'd["state"]')" "200 succeeded" "what was accepted is still there"
    get "/v1/jobs/$id/model"
    is "$code" 200 "with its bytes"
    rm "$state/filler"
    ready() { get /readyz; [ "$code" = 200 ]; }
    ok "with room it is ready again by itself" wait_for 10 ready
    if [ -n "$accepted" ]; then
        ok "the accepted job ends" wait_for 30 job_is_over "$accepted"
    fi
fi
put "$work/small" /v1/models/again
like "$code" '^20[01]$' "a small model is taken again"
get /readyz
is "$code" 200 "the daemon is ready again"
request -d model=small -d technique=structured -d sparsity=0.5 /v1/jobs
id=$(json 'd["id"]')
ok "and a job succeeds" wait_for 30 job_is "$id" succeeded
finish

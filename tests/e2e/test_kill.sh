#!/bin/bash
# kill -9 of a worker fails its job alone; kill -9 of the daemon at twenty
# seeded moments loses no accepted job and leaves no file without a row.
. "$(dirname "$0")/lib.sh"
use_fake
RANDOM=${SEED:-20260101}

check_store() { # check_store NAME: each file has its row, each row its file
    "$python" - "$state" <<'P'
import os, sqlite3, sys
state = sys.argv[1]
db = sqlite3.connect("file:%s/pruned.db?mode=ro" % state, uri=True)
rows = {r[0] for r in db.execute("SELECT sha256 FROM blob")}
files = set()
for folder, _, names in os.walk(state + "/blobs"):
    files |= set(names)
wrong = ["file without a row: " + f for f in sorted(files - rows)]
wrong += ["row without a file: " + r for r in sorted(rows - files)]
live = {r[0] for r in db.execute(
    "SELECT id FROM job WHERE state IN ('queued', 'running')")}
work = state + "/work"
for name in os.listdir(work) if os.path.isdir(work) else []:
    if name not in live:
        wrong.append("work folder without a live job: " + name)
print("\n".join(wrong))
P
}

start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
fake_model "$work/quick" sleep=0.05
fake_model "$work/long" sleep=30
put "$work/quick" /v1/models/
put "$work/long" /v1/models/
submit() {
    request -d "model=$1" -d technique=structured -d "sparsity=${2:-0.5}" /v1/jobs
    id=$(json 'd["id"]')
}

# --- the worker ---
submit long
ok "a job runs" wait_for 30 job_is "$id" running
workers() { # the daemon's children that work on $id
    local p
    for p in $(cat "/proc/$pid/task/"*/children); do
        tr '\0' ' ' <"/proc/$p/cmdline" | grep -q "worker .*$id" && echo "$p"
    done
}
is_working() { [ -n "$(workers)" ]; }
ok "its worker is a child of the daemon" wait_for 5 is_working
kill -9 $(workers)
ok "its death ends the job" wait_for 30 job_is "$id" failed
get "/v1/jobs/$id"
like "$(json 'd["error"]["detail"]')" 'ignal 9|KILL|Killed' "with the reason"
submit quick
ok "the next job succeeds" wait_for 30 job_is "$id" succeeded

# --- the daemon, at a point that it tells itself ---
points="upload-begun upload-synced upload-inspected blob-linked before-commit
after-commit before-answer job-started worker-exited output-linked
job-finished blob-unlinked"
accepted=()

# Everything that a point may lie on; what is answered with 202 is kept.
rounds() {
    for i in 1 2 3; do
        fake_model "$work/new" sleep=0.05
        put "$work/new" "/v1/models/n$RANDOM"
        submit quick 0.$((RANDOM % 9 + 1))
        [ "$code" = 202 ] && accepted+=("$id")
        request -d model=quick -d technique=all -d sparsity=0.5 /v1/jobs
        [ "$code" = 202 ] && accepted+=($(json '" ".join(i["id"] for i in d["items"])'))
        put "$work/new" '/v1/prune?technique=structured&sparsity=0.5'
        get "/v1/compare?model=quick"
        fake_model "$work/scratch" n=$i
        put "$work/scratch" /v1/models/scratch
        delete /v1/models/scratch
        # Killed between the row and the answer, the job may be gone or not:
        # only one that was refused must stay.
        if [ ${#accepted[@]} -gt 0 ]; then
            delete "/v1/jobs/${accepted[0]}"
            [ "$code" = 409 ] || accepted=("${accepted[@]:1}")
        fi
        kill -0 "$pid" 2>/dev/null || return 0
    done
}

all_over() {
    get '/v1/jobs?state=queued&limit=1'
    [ "$(json 'len(d["items"])')" = 0 ] || return 1
    get '/v1/jobs?state=running&limit=1'
    [ "$(json 'len(d["items"])')" = 0 ]
}

after_restart() { # after_restart NAME
    if ! start_daemon --workers 4; then
        fail "$1: it starts again" "$(cat "$log")"
        return
    fi
    local lost=
    wait_for 40 all_over || lost="jobs do not end"
    for id in "${accepted[@]}"; do
        get "/v1/jobs/$id"
        [ "$code" = 200 ] && [ "$(json 'd["state"] in ("succeeded", "failed")')" = true ] ||
            lost="$lost $id:$code:$(json 'd.get("state")')"
        ends=$("$python" -c 'import sqlite3,sys
db = sqlite3.connect("file:%s/pruned.db?mode=ro" % sys.argv[1], uri=True)
print(db.execute("""SELECT count(*) FROM job_event 
    WHERE job = (SELECT seq FROM job WHERE id = ?) AND type = "state" AND (data LIKE "%succeeded%" OR data LIKE "%failed%"
    OR data LIKE "%canceled%")""", sys.argv[2:]).fetchone()[0])' "$state" "$id" 2>&1)
        [ "$ends" = 1 ] || lost="$lost $id ends $ends times"
    done
    is "$lost" "" "$1: each of ${#accepted[@]} accepted jobs ends once"
    is "$(check_store)" "" "$1: files and rows agree"
}

stop_daemon
moments=0
for point in $points; do
    nth=$((RANDOM % 3 + 1))
    accepted=()
    export PRUNED_FAULT=$point:$nth
    start_daemon --workers 2
    unset PRUNED_FAULT
    rounds 2>/dev/null
    dead() { ! kill -0 "$pid" 2>/dev/null; }
    if wait_for 30 dead; then
        wait "$pid"
        is "$?" 137 "$point:$nth: the daemon was killed"
    else
        fail "$point:$nth: the daemon was killed" "it is alive: nothing came by this point"
        kill -9 "$pid"
        wait "$pid"
    fi
    pid=
    moments=$((moments + 1))
    after_restart "$point:$nth"
    stop_daemon
done

# --- and at moments of chance ---
while [ $moments -lt 20 ]; do
    moments=$((moments + 1))
    accepted=()
    start_daemon --workers 2
    victim=$pid
    delay=0.$((RANDOM % 80 + 10))
    (sleep $delay; kill -9 "$victim") &
    killer=$!
    while kill -0 "$victim" 2>/dev/null; do rounds 2>/dev/null; done
    wait $killer "$victim" 2>/dev/null
    pid=
    after_restart "moment $moments ($delay s)"
    stop_daemon
done
finish

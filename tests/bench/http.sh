#!/bin/bash
# Figures of the daemon: requests a second on one core while a job runs on
# the same core, and how long after its 202 a job starts. Not part of `make
# check`, because a figure depends on the machine.
. "$(dirname "$0")/../e2e/lib.sh"
real=$prune
use_fake
if command -v taskset >/dev/null; then
    printf '#!/bin/sh\nexec taskset -c 0 %s "$@"\n' "$pruned" >"$work/pinned"
    chmod +x "$work/pinned"
    pruned=$work/pinned
fi
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }

# A worker that keeps its core busy.
sed -i 's/^        time.sleep(min(left, 0.05))$/        t = time.monotonic() + min(left, 0.05)\n        while time.monotonic() < t: pass/' "$prune"
fake_model "$work/busy" sleep=20
put "$work/busy" /v1/models/
fake_model "$work/quick" sleep=0
put "$work/quick" /v1/models/

slowest=0
sum=0
for i in $(seq 20); do
    request -d model=quick -d technique=structured -d sparsity=0.5 /v1/jobs
    id=$(json 'd["id"]')
    wait_for 10 job_is_over "$id"
    get "/v1/jobs/$id"
    ms=$(json '(lambda t: round((t(d["started"]) - t(d["created"])) * 1000))(lambda s: __import__("datetime").datetime.fromisoformat(s.replace("Z", "+00:00")).timestamp())')
    sum=$((sum + ms))
    [ "$ms" -gt $slowest ] && slowest=$ms
done
note "a job starts after its 202: $((sum / 20)) ms on average, $slowest ms at most (20 jobs)"
ok "a job starts within 50 ms" test $slowest -le 50

request -d model=busy -d technique=structured -d sparsity=0.5 /v1/jobs
id=$(json 'd["id"]')
ok "a job runs" wait_for 10 job_is "$id" running
for path in "/v1/jobs/$id" /v1/jobs /healthz; do
    rate=$(taskset -c 1 "$python" "$top/tests/bench/http.py" "$port" "$path" 4)
    note "GET ${path/$id/\{id\}}: $rate requests a second"
    [ "$path" = "/v1/jobs/$id" ] &&
        ok "1,000 and more of one job" test "${rate:-0}" -ge 1000
done
get "/v1/jobs/$id"
is "$(json 'd["state"]')" running "the job ran all the while"
post "/v1/jobs/$id/cancel"
finish

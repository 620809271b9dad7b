#!/bin/bash
# A body that comes byte by byte is ended with 408 and leaves nothing; a
# stream that has nothing to tell says so every fifteen seconds.
# covers: http/job_events
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
fake_model "$work/long" sleep=60
put "$work/long" /v1/models/
request -d model=long -d technique=structured -d sparsity=0.5 /v1/jobs
first=$(json 'd["id"]')
request -d model=long -d technique=structured -d sparsity=0.5 /v1/jobs
second=$(json 'd["id"]')
curl -sSN --max-time 30 "$url/v1/jobs/$second/events" >"$work/quiet" &
quiet=$!
before=$(files_left | grep -v ^work/)
is "$("$python" "$top/tests/e2e/slow_body.py" "$port" 25)" \
    "HTTP/1.1 408 Request Timeout" "a slow body is ended"
is "$(files_left | grep -v ^work/)" "$before" "and leaves no file"
ok "the quiet stream has a heartbeat" wait_for 20 grep -q '^:' "$work/quiet"
post "/v1/jobs/$second/cancel"
wait $quiet
like "$(grep '^data: ' "$work/quiet" | tail -n 1)" canceled "and its end"
post "/v1/jobs/$first/cancel"
get /healthz
is "$code" 200 "the daemon serves on"
finish

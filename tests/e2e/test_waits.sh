#!/bin/bash
# Event streams, long polls, cancelling, and connections that dawdle.
# covers: http/job_events http/job_get http/job_cancel
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon --workers 1 || { fail "the daemon starts" "$(cat "$log")"; finish; }
fake_model "$work/slow" sleep=1
fake_model "$work/long" sleep=60
fake_model "$work/mute" sleep=60 mute=1
for f in slow long mute; do put "$work/$f" /v1/models/; done

submit() { # submit MODEL: sets $id
    request -d "model=$1" -d technique=structured -d sparsity=0.5 /v1/jobs
    id=$(json 'd["id"]')
}

# --- the stream ---
submit slow
curl -sSN --max-time 30 -D "$work/shead" "$url/v1/jobs/$id/events" >"$work/events"
is "$?" 0 "the stream ends by itself"
like "$(cat "$work/shead")" '^Content-Type: text/event-stream' "its type"
is "$(head -n 1 "$work/events")" "retry: 3000" "it says when to come again"
for type in state progress metric log; do
    ok "it tells of $type" grep -q "^event: $type$" "$work/events"
done
last=$(grep '^event: ' "$work/events" | tail -n 1)
is "$last" "event: state" "a state comes last"
like "$(grep '^data: ' "$work/events" | tail -n 1)" succeeded "succeeded"
ids=$(sed -n 's/^id: //p' "$work/events")
is "$(echo "$ids" | sort -n | uniq | wc -l)" "$(echo "$ids" | wc -l)" "ids grow"
middle=$(echo "$ids" | sed -n 3p)
curl -sSN --max-time 30 -H "Last-Event-ID: $middle" "$url/v1/jobs/$id/events" >"$work/again"
is "$(sed -n 's/^id: //p' "$work/again")" "$(echo "$ids" | tail -n +4)" "Last-Event-ID replays the rest"
get -H "Last-Event-ID: $(echo "$ids" | tail -n 1)" "/v1/jobs/$id/events"
is "$code" 204 "after the end there is nothing to come"
get -H "Last-Event-ID: x" "/v1/jobs/$id/events"
problem 400 bad-request "an id that is none"
get /v1/jobs/jnone/events
problem 404 not-found "events of no job"

# --- long polls ---
submit long
ok "a long job runs" wait_for 30 job_is "$id" running
begin=$(now_ms)
get -H 'Prefer: wait=1' "/v1/jobs/$id"
took=$(($(now_ms) - begin))
is "$code $(json 'd["state"]') $(header Preference-Applied)" "200 running wait=1" "a wait that ends by time"
ok "waits that time ($took ms)" test $took -ge 950
first=$id
curl -sS --max-time 30 -H 'Prefer: wait=20' "$url/v1/jobs/$id" >"$work/polled" &
poll=$!
curl -sSN --max-time 30 "$url/v1/jobs/$id/events" >"$work/stream" &
stream=$!
curl -sS --max-time 30 -o "$work/model" -w '%{http_code}' "$url/v1/jobs/$id/model?wait=20" >"$work/modelcode" &
model=$!
submit slow
second=$id
get "/v1/jobs/$second"
is "$(json 'd["state"]') $(json 'd["position"]')" "queued 1" "a second job queues behind it"
tag=$(header ETag)
begin=$(now_ms)
get -H 'Prefer: wait=1' -H "If-None-Match: $tag" "/v1/jobs/$second"
took=$(($(now_ms) - begin))
is "$code $(header Preference-Applied)" "304 wait=1" "an unchanged job waits and is 304"
ok "after that time ($took ms)" test $took -ge 950
get "/v1/jobs/$first/model"
problem 409 job-not-finished "no model while it runs"
get "/v1/jobs/$first/report"
problem 409 job-not-finished "no report either"
delete "/v1/jobs/$first"
problem 409 job-running "a running job cannot be deleted"
delete /v1/models/long
problem 409 in-use "nor can its model"
post "/v1/jobs/$first/cancel"
is "$code" 202 "cancel is taken"
wait $poll
like "$(json 'd["state"]' "$(cat "$work/polled")")" '^(running|canceled)$' "the poll is answered"
wait $stream
like "$(grep '^data: ' "$work/stream" | tail -n 1)" canceled "the stream ends with canceled"
wait $model
is "$(cat "$work/modelcode")" 409 "the wait for the model ends with 409"
is "$(job_state "$first")" canceled "the job is canceled"
ok "the next one runs to its end" wait_for 30 job_is "$second" succeeded
get "/v1/jobs/$first/model"
is "$code" 409 "a canceled job has no model"

submit long
third=$id
ok "another runs" wait_for 30 job_is "$third" running
submit slow
post "/v1/jobs/$id/cancel"
ok "a queued job is canceled at once" wait_for 2 job_is "$id" canceled
get "/v1/jobs/$third"
is "$(json 'd["state"]')" running "the running one is not touched"
post "/v1/jobs/$third/cancel"
ok "now it is" wait_for 30 job_is "$third" canceled

submit mute
ok "a job that ignores SIGTERM runs" wait_for 30 job_is "$id" running
post "/v1/jobs/$id/cancel"
is "$(json 'd["cancel_requested"]')" true "it is asked to stop"
ok "and is killed in the end" wait_for 30 job_is "$id" canceled

# --- many at once ---
submit long
for i in $(seq 20); do
    curl -sSN --max-time 30 "$url/v1/jobs/$id/events" >"$work/s$i" &
    streams[i]=$!
done
started() { [ "$(cat "$work"/s[0-9]* | grep -c '^retry')" = 20 ]; }
ok "twenty streams at once" wait_for 30 started
kill "${streams[1]}" "${streams[2]}"
post "/v1/jobs/$id/cancel"
wait "${streams[@]}" 2>/dev/null
ended=$(grep -l '"canceled"' "$work"/s[0-9]* | wc -l)
ok "all that listened hear the end ($ended)" test "$ended" -ge 18

# --- as many streams as there may be ---
stop_daemon
start_daemon --workers 1 --max-connections 48
submit long
streams=()
for i in $(seq 12); do
    curl -sSN --max-time 30 "$url/v1/jobs/$id/events" >"$work/t$i" &
    streams[i]=$!
done
opened() { [ "$(cat "$work"/t[0-9]* | grep -c '^retry')" = 12 ]; }
ok "a quarter of the connections may be streams" wait_for 30 opened
get "/v1/jobs/$id/events"
problem 429 too-many-requests "the next one is refused"
kill "${streams[1]}"
wait "${streams[1]}" 2>/dev/null
post "/v1/jobs/$id/cancel"
wait "${streams[@]}" 2>/dev/null
again() { submit slow; get "/v1/jobs/$id/events"; [ "$code" = 200 ]; }
ok "and there is room again when they end" wait_for 40 again

# --- stopping with everything asleep ---
submit long
ok "a job runs" wait_for 30 job_is "$id" running
curl -sSN --max-time 60 "$url/v1/jobs/$id/events" >"$work/stream" &
stream=$!
curl -sS --max-time 60 -H 'Prefer: wait=60' "$url/v1/jobs/$id" >"$work/polled" &
poll=$!
ok "a stream is open" wait_for 30 grep -q retry "$work/stream"
begin=$(now_ms)
post "/v1/jobs/$id/cancel"
submit long
stop_daemon
is "$status" 0 "SIGTERM ends it with 0"
wait $stream $poll
took=$(($(now_ms) - begin))
ok "within its drain time ($took ms)" test $took -lt 25000
finish

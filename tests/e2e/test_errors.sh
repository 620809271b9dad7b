#!/bin/bash
# What is wrong with a request is said by a problem of its own, and nothing
# that was refused leaves a file behind.
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon --max-upload 1M --max-queue 3 || { fail "the daemon starts" "$(cat "$log")"; finish; }
fake_model "$work/m" sleep=0
fake_model "$work/long" sleep=60
put "$work/m" /v1/models/
put "$work/long" /v1/models/
printf 'PK\3\4 something' >"$work/d.npz"
put "$work/d.npz" /v1/datasets/d
before=$(files_left)

refused() { # refused STATUS SLUG NAME: the last answer, and no file more
    problem "$1" "$2" "$3"
    local after
    after=$(files_left)
    [ "$after" = "$before" ] || fail "$3: leaves no file" "$after"
}

# --- uploads ---
echo 'no network at all' >"$work/text"
put "$work/text" /v1/models/x
refused 422 invalid-model "a file that is not ONNX"
like "$(json 'd["detail"]')" 'not an ONNX' "says so"
: >"$work/empty"
put "$work/empty" /v1/models/x
refused 422 invalid-model "an empty file"
put "$work/text" /v1/datasets/x
refused 422 invalid-dataset "a file that is no data set"
put "$work/m" -H "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" /v1/models/x
refused 400 digest-mismatch "another digest"
put "$work/m" -H "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" /v1/models/x
refused 400 digest-mismatch "another digest of the content"
put "$work/m" -H "Repr-Digest: sha-256=:AAAA:" /v1/models/x
refused 400 bad-request "a digest that is none"
put "$work/m" -H 'Content-Range: bytes 5-9/10' /v1/models/x
refused 400 content-range "a part of a file"
put "$work/m" -H 'Content-Encoding: gzip' /v1/models/x
refused 415 unsupported-media-type "a compressed body"
request -X PUT -F "file=@$work/m" /v1/models/x
refused 415 unsupported-media-type "a multipart form"
like "$(json 'd["detail"]')" 'curl -T' "says how instead"

for name in .hidden 'a%20b' 'a%0ab' "$(printf 'a%.0s' $(seq 129))" '%C3%A9' 'sha256:00'; do
    put "$work/m" "/v1/models/$name"
    refused 400 invalid-name "the name ${name:0:20}"
done
for path in /v1/models/../x /v1/models/..%2fx /v1/models/%2e%2e /v1/models/a/../../x /v1/models/..%5cx /v1/datasets/../x; do
    put "$work/m" --path-as-is "$path"
    refused 400 invalid-name "the path $path"
done
ok "nothing was written beside the state" test ! -e "$work/x"

head -c 1048577 /dev/zero >"$work/large"
put "$work/large" /v1/models/x
refused 413 too-large "a body over the limit"
is "$(header Upload-Limit)" "max-size=1048576" "the limit is named"
sent=$(curl -sS -T "$work/large" -H 'Expect: 100-continue' -o /dev/null -w '%{size_upload}' "$url/v1/models/x")
is "$sent" 0 "it is refused before a byte was sent"
request -T - -H 'Transfer-Encoding: chunked' /v1/models/x <"$work/large"
refused 413 too-large "a chunked body over the limit"
head -c 3000000 /dev/zero | curl -sS -X PUT --data-binary @- -H 'Transfer-Encoding: chunked' -o "$work/body" -w '%{http_code}' "$url/v1/models/x" >"$work/code"
is "$(cat "$work/code")" 413 "and one far over it"
head -c 1048576 "$work/large" >"$work/fits"
put "$work/fits" /v1/models/x
refused 422 invalid-model "a body of just the limit is read"
put "$work/large" '/v1/prune?technique=structured&sparsity=0.5'
refused 413 too-large "one shot keeps to the limit too"

# A client that goes away in the middle leaves nothing.
(printf 'PUT /v1/models/x HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Length: 100000\r\n\r\nFAKE-ONNX' "$port"
 sleep 0.3) >"/dev/tcp/127.0.0.1/$port"
gone() { [ "$(files_left)" = "$before" ]; }
ok "an upload that breaks off leaves no file" wait_for 5 gone

# --- jobs ---
job() { request "$@" /v1/jobs; }
job -d model=m -d technique=magic -d sparsity=0.5
refused 422 unknown-technique "an unknown technique"
job -d model=m -d technique=structured -d sparsity=1.5
refused 422 invalid-setting "a sparsity of 1.5"
like "$body" '"pointer": ?"/sparsity"' "names the setting"
job -d model=m -d technique=structured -d sparsity=1
refused 422 invalid-setting "a sparsity of 1"
job -d model=m -d technique=structured -d sparsity=-0.1
refused 422 invalid-setting "a sparsity below 0"
job -d model=m -d technique=structured -d sparsity=much
refused 422 invalid-setting "a sparsity that is no number"
job -d model=m -d technique=structured
refused 422 invalid-setting "no target"
job -d model=m -d technique=structured -d sparsity=0.5 -d unit_sparsity=0.5
refused 422 invalid-setting "two targets"
job -d model=m -d technique=structured -d sparsity=0.5 -d pattern=2:4
refused 422 invalid-setting "a setting that the technique does not use"
job -d model=m -d technique=structured -d sparsity=0.5 -d colour=red
refused 422 invalid-setting "an unknown setting"
job -d technique=structured -d sparsity=0.5
refused 422 invalid-setting "no model"
job -d model=none -d technique=structured -d sparsity=0.5
refused 422 unknown-model "an unknown model"
job -d model=m -d dataset=none -d technique=structured -d sparsity=0.5
refused 422 unknown-dataset "an unknown data set"
job -d model=m -d model=m -d technique=structured -d sparsity=0.5
refused 400 bad-request "a field given twice"
job -H 'Content-Type: application/json' -d '{"model":'
refused 400 bad-request "broken JSON"
job -H 'Content-Type: application/json' -d '[]'
refused 400 bad-request "JSON that is no object"
job -H 'Content-Type: text/plain' -d 'model: m'
refused 415 unsupported-media-type "a body of another type"
head -c 1100000 /dev/zero | tr '\0' a >"$work/fields"
job --data-binary "@$work/fields"
refused 413 too-large "a form over its limit"
put "$work/m" '/v1/prune?technique=magic&sparsity=0.5'
refused 422 unknown-technique "one shot with an unknown technique"
put "$work/text" '/v1/prune?technique=structured&sparsity=0.5'
refused 422 invalid-model "one shot with no model"
put "$work/m" '/v1/prune?technique=all&sparsity=0.5'
refused 422 invalid-setting "one shot of several jobs"

# --- a full queue ---
job -d model=long -d technique=structured -d sparsity=0.5
running=$(json 'd["id"]')
ok "a job runs" wait_for 30 job_is "$running" running
job -d model=m -d technique=structured -d sparsity=0.1,0.2
is "$code" 202 "two wait"
job -d model=m -d technique=structured -d sparsity=0.1,0.2
problem 503 queue-full "two more are too many"
like "$(header Retry-After)" '^[0-9]+$' "Retry-After says when to come again"
job -d model=m -d technique=structured -d sparsity=0.3
is "$code" 202 "one more fits"
job -d model=m -d technique=structured -d sparsity=0.4
problem 503 queue-full "the next does not"
put "$work/m" '/v1/prune?technique=structured&sparsity=0.5'
problem 503 queue-full "nor one shot"
post "/v1/jobs/$running/cancel"
idle() { get '/v1/jobs?state=queued'; [ "$(json 'd["items"]')" = '[]' ]; }
ok "the queue empties" wait_for 40 idle

# --- jobs that fail ---
fails() { # fails WORDS PATTERN NAME
    fake_model "$work/f" $1
    put "$work/f" /v1/models/f
    request -d model=f -d technique=neuron -d sparsity=0.5 /v1/jobs
    id=$(json 'd["id"]')
    ok "$3: it ends" wait_for 40 job_is_over "$id"
    get "/v1/jobs/$id"
    is "$(json 'd["state"]')" failed "$3: it failed"
    like "$(json 'd["error"]')" "$2" "$3: with the reason"
    get "/v1/jobs/$id/model"
    problem 409 job-failed "$3: there is no model"
}
fails error=nothing-to-prune '/problems/nothing-to-prune' "nothing to prune"
fails error=target-not-met '/problems/target-not-met' "a target out of reach"
fails exit=1 'status 1' "a worker that fails"
fails signal=11 'ignal 11|SEGV|Segmentation' "a worker that crashes"
fails signal=9 'ignal 9|KILL|Killed' "a worker that is killed"
get /v1/compare?model=f
is "$code" 200 "failed jobs are in the comparison"
like "$(json 'd["rows"][-1]["error"]')" . "with their error"
finish

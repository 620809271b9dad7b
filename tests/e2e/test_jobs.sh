#!/bin/bash
# Models, data sets and jobs from end to end, with workers that do as told.
# covers: http/model_put http/model_get http/model_list http/model_file
# covers: http/model_graph http/model_delete http/dataset_put
# covers: http/dataset_get http/dataset_list http/dataset_file
# covers: http/dataset_delete http/job_post http/job_list http/job_get
# covers: http/job_delete http/job_cancel http/job_log http/job_report
# covers: http/job_model http/prune http/compare
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
fake_model "$work/m.onnx" sleep=0
printf 'PK\3\4 something' >"$work/d.npz"
hex=$(sha256sum "$work/m.onnx" | cut -d' ' -f1)
base64=$("$python" -c 'import base64, sys
print(base64.b64encode(bytes.fromhex(sys.argv[1])).decode())' "$hex")

# --- models ---
put "$work/m.onnx" /v1/models/
is "$code" 201 "a model is uploaded (the name is the file's)"
is "$(header ETag)" "\"sha256:$hex\"" "ETag is its digest"
is "$(header Repr-Digest)" "sha-256=:$base64:" "so is Repr-Digest"
is "$(header Location)" "/v1/models/m.onnx" "Location is its address"
is "$(json 'd["name"]')" m.onnx "the answer is its metadata"
put "$work/m.onnx" /v1/models/m.onnx
is "$code" 200 "the same bytes again are nothing new"
put "$work/m.onnx" -H "Repr-Digest: sha-256=:$base64:" /v1/models/m.onnx
is "$code" 200 "a right digest"
put "$work/m.onnx" -H "If-None-Match: *" /v1/models/m.onnx
problem 412 precondition-failed "If-None-Match: * does not overwrite"
put "$work/m.onnx" -H 'If-Match: "sha256:00"' /v1/models/m.onnx
problem 412 precondition-failed "If-Match with other bytes"
put "$work/m.onnx" -H "If-Match: \"sha256:$hex\"" /v1/models/m.onnx
is "$code" 200 "If-Match with these"
put "$work/m.onnx" -H 'If-Match: *' /v1/models/none
problem 412 precondition-failed "If-Match where there is nothing"
get /v1/models/m.onnx
is "$code $(json 'd["sha256"]')" "200 $hex" "metadata by name"
get "/v1/models/sha256:$hex"
is "$code $(json 'd["sha256"]')" "200 $hex" "metadata by digest"
get /v1/models/m.onnx/graph
is "$code $(json 'd["layers"][0]["op"]')" "200 Gemm" "layers"
get /v1/models/none
problem 404 not-found "an unknown model"

get /v1/models/m.onnx/file
is "$code" 200 "the bytes"
ok "are those sent" cmp -s "$work/body" "$work/m.onnx"
tag=$(header ETag)
size=$(stat -c %s "$work/m.onnx")
get -H 'Range: bytes=5-9' /v1/models/m.onnx/file
is "$code $(header Content-Range)" "206 bytes 5-9/$size" "a part"
is "$(cat "$work/body" | od -An -tx1)" "$(tail -c +6 "$work/m.onnx" | head -c 5 | od -An -tx1)" "is that part"
get -r -4 /v1/models/m.onnx/file
is "$code $(header Content-Length)" "206 4" "the last four bytes"
get -H "Range: bytes=$size-" /v1/models/m.onnx/file
problem 416 range-not-satisfiable "beyond the end"
is "$(header Content-Range)" "bytes */$size" "tells the size"
get -H 'Range: bytes=0-4' -H 'If-Range: "other"' /v1/models/m.onnx/file
is "$code" 200 "If-Range with another tag gives the whole"
get -H 'Range: bytes=0-4' -H "If-Range: $tag" /v1/models/m.onnx/file
is "$code" 206 "with this tag the part"
get -H "If-None-Match: $tag" /v1/models/m.onnx/file
is "$code" 304 "known bytes are not sent"
request -I /v1/models/m.onnx/file
is "$code $(header Content-Length)" "200 $size" "HEAD tells the size"
head -c 100 "$work/m.onnx" >"$work/part"
(cd "$work" && curl -sS -C - -o part "$url/v1/models/m.onnx/file")
ok "curl -C - goes on with a download" cmp -s "$work/part" "$work/m.onnx"

# --- data sets ---
put "$work/d.npz" '/v1/datasets/d?scale=255&mean=0.5&std=0.5&layout=NHW'
is "$code" 201 "a data set is uploaded with its settings"
get /v1/datasets/d
is "$code $(json 'd["name"]')" "200 d" "its metadata"
put "$work/d.npz" '/v1/datasets/d2?scale=0'
is "$code" 422 "a scale of 0 is refused"
put "$work/d.npz" '/v1/datasets/d2?speed=9'
is "$code" 422 "an unknown setting is refused"
get /v1/datasets/d/file
ok "its bytes come back" cmp -s "$work/body" "$work/d.npz"

# --- pages of a list ---
for i in 1 2 3; do
    fake_model "$work/page$i" n=$i
    put "$work/page$i" /v1/models/
done
get '/v1/models?limit=2'
is "$(json 'len(d["items"])')" 2 "two of a list"
next=$(header Link | sed 's/^<\(.*\)>; rel="next"$/\1/')
like "$next" '^/v1/models\?' "Link names the next page"
names=$(json '" ".join(i["name"] for i in d["items"])')
get "$next"
names="$names $(json '" ".join(i["name"] for i in d["items"])')"
is "$(echo $names | tr ' ' '\n' | sort | tr '\n' ' ')" "m.onnx page1 page2 page3 " "both pages hold all, once"
get '/v1/models?limit=0'
problem 400 bad-request "a limit of 0"
get '/v1/datasets?limit=x'
problem 400 bad-request "a limit that is no number"

# --- one job ---
request -d model=m.onnx -d dataset=d -d technique=structured -d sparsity=0.5 /v1/jobs
is "$code" 202 "a job is accepted from a form"
id=$(json 'd["id"]')
is "$(header Location)" "/v1/jobs/$id" "Location is its address"
like "$(header Retry-After)" '^[0-9]+$' "Retry-After says when to look again"
ok "it ends" wait_for 40 job_is_over "$id"
get "/v1/jobs/$id"
is "$(json 'd["state"]')" succeeded "well"
is "$(json 'd["report"]["achieved"]')" 0.5 "its report is in the job"
is "$(json 'd["target"]["sparsity"]') $(json 'd["technique"]') $(json 'd["model"]')" "0.5 structured m.onnx" "it says what it was"
tag=$(header ETag)
get -H "If-None-Match: $tag" "/v1/jobs/$id"
is "$code" 304 "an unchanged job is 304"
get "/v1/jobs/$id/report"
is "$code $(json 'd["ratio"]["latency"]')" "200 0.75" "the report"
get "/v1/jobs/$id/log"
is "$code" 200 "the log"
like "$body" "fake worker begins" "holds what the worker said"
get "/v1/jobs/$id/model"
is "$code" 200 "the pruned model"
like "$body" "^FAKE-ONNX pruned structured" "is the worker's"
like "$(header Content-Disposition)" 'attachment; filename="' "has a name to save it under"
get -H 'Range: bytes=0-8' "/v1/jobs/$id/model"
is "$code $body" "206 FAKE-ONNX" "comes in parts too"
post "/v1/jobs/$id/cancel"
is "$code $(json 'd["state"]')" "200 succeeded" "cancel after the end changes nothing"
get /v1/jobs/jnone
problem 404 not-found "an unknown job"

# --- more than one ---
request -H 'Content-Type: application/json' \
    -d '{"model":"m.onnx","dataset":"d","technique":"all","sparsity":0.5}' /v1/jobs
is "$code $(json 'len(d["items"])')" "202 5" "technique=all makes five"
group=$(json 'd["group"]')
is "$(header Location)" "/v1/jobs?group=$group" "Location lists them"
request -d model=m.onnx -d technique=structured -d sparsity=0.3,0.5,0.7 /v1/jobs
is "$code $(json '[i["target"]["sparsity"] for i in d["items"]]')" "202 [0.3, 0.5, 0.7]" "a list makes one each"
request -d '{"model":"m.onnx","technique":"weight","sparsity":[0.1,0.2]}' /v1/jobs
is "$code $(json 'len(d["items"])')" "202 2" "JSON without its type is understood"
group_over() { get "/v1/jobs?group=$group"; [ "$(json 'all(i["state"] == "succeeded" for i in d["items"])')" = true ]; }
ok "all five succeed" wait_for 30 group_over
is "$(json 'len(d["items"])')" 5 "the filter finds five"
get "/v1/jobs?technique=layer&state=succeeded"
is "$(json 'sorted({i["technique"] for i in d["items"]})')" '["layer"]' "filters combine"
get '/v1/jobs?color=red'
problem 400 bad-request "an unknown filter"

get "/v1/compare?group=$group"
is "$code $(json 'len(d["rows"])')" "200 6" "the comparison: the original and five"
is "$(json 'd["rows"][0]["technique"]')" none "the original first"
is "$(json 'd["rows"][1]["accuracy_top1"]')" 88.5 "with figures"
get "/v1/compare?group=$group&format=csv"
is "$code $(header Content-Type)" "200 text/csv; charset=utf-8" "as CSV"
is "$(printf '%s\n' "$body" | head -n 1 | tr -d '\r')" "job,state,technique,criterion,target,achieved,target_met,bytes,bytes_ratio,compressed_bytes,parameters,nonzeros,macs,macs_ratio,latency_p50_ms,latency_ratio,accuracy_top1,accuracy_drop,agreement,error" "with the columns"
is "$(printf '%s\n' "$body" | wc -l)" 7 "and seven lines"
get -H 'Accept: text/csv' "/v1/compare?model=m.onnx"
is "$code $(header Content-Type)" "200 text/csv; charset=utf-8" "as CSV by Accept"
get /v1/compare
problem 400 bad-request "a comparison of nothing"
get "/v1/compare?model=m.onnx&group=$group"
problem 400 bad-request "or of two things"

# --- one shot ---
is "$(curl -sS -fL -T "$work/m.onnx" "$url/v1/prune?technique=structured&sparsity=0.5" -o "$work/out.onnx" -w '%{http_code} %{num_redirects}')" \
    "200 1" "one shot: curl -fL -T"
like "$(head -n 1 "$work/out.onnx")" "^FAKE-ONNX pruned structured" "gives the pruned model"
put "$work/m.onnx" '/v1/prune?technique=structured&sparsity=0.5&dataset=d'
is "$code" 303 "without -L it redirects"
like "$(header Location)" '^/v1/jobs/[^/]+/model\?wait=600$' "to the model, waiting"
request --data-binary "@$work/m.onnx" '/v1/prune?technique=structured&sparsity=0.5'
is "$code" 303 "POST does too"
fake_model "$work/bad" exit=4 error=nothing-to-prune
curl -sS -fL -T "$work/bad" "$url/v1/prune?technique=neuron&sparsity=0.5" -o "$work/none.onnx" 2>"$work/err"
is "$?" 22 "one shot of a job that fails: curl fails"
ok "and saves nothing" test ! -s "$work/none.onnx"

# --- deletion ---
delete "/v1/jobs/$id"
is "$code" 204 "a job is deleted"
get "/v1/jobs/$id"
problem 404 not-found "and is gone"
delete /v1/datasets/d
is "$code" 204 "a data set is deleted"
delete /v1/models/none
problem 404 not-found "an unknown model cannot be"
for n in m.onnx page1 page2 page3; do
    delete "/v1/models/$n"
    is "$code" 204 "model $n is deleted"
done
get /v1/models
is "$(json 'd["items"]')" '[]' "no model is left"
finish

#!/bin/bash
# The main job with the real workers: a trained network and labelled images
# go in by curl, five pruned networks and the figures beside the original
# come out.
. "$(dirname "$0")/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
if ! "$python" "$top/tests/lib/small_fashion.py" "$work/fashion.npz" 500 500 2>"$work/err"; then
    fail "Fashion-MNIST is there (Debian: dataset-fashion-mnist)" "$(cat "$work/err")"
    finish
fi
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
limit=300

get /v1
is "$(json '[t["name"] for t in d["techniques"]]')" \
    '["weight", "neuron", "structured", "unstructured", "layer"]' "the service offers five techniques"
cp "$top/examples/model.onnx" "$work/example.onnx"
put "$work/example.onnx" /v1/models/
is "$code" 201 "the example model is taken"
like "$(json 'd["parameters"]')" '^[1-9][0-9]+$' "with its parameters counted"
put "$work/fashion.npz" '/v1/datasets/fashion?scale=255&mean=0.2860&std=0.3530&layout=NHW'
is "$code" 201 "the data set is taken"
get /v1/models/example.onnx/graph
is "$code" 200 "its layers are told"
ok "each with its operator" test "$(json 'all("op" in l for l in d["layers"]) and len(d["layers"]) > 3')" = true

request -d model=example.onnx -d dataset=fashion -d technique=all -d sparsity=0.5 /v1/jobs
is "$code $(json 'len(d["items"])')" "202 5" "five jobs are accepted"
group=$(json 'd["group"]')
over() { get "/v1/jobs?group=$group"; [ "$(json 'all(i["state"] in ("succeeded", "failed") for i in d["items"])')" = true ]; }
ok "they end" wait_for "$limit" over
is "$(json 'sorted({i["state"] for i in d["items"]})')" '["succeeded"]' "well"
[ "$(json 'sorted({i["state"] for i in d["items"]})')" = '["succeeded"]' ] || note "$(json '[(i["technique"], i.get("error")) for i in d["items"]]')"
one=$(json '[i["id"] for i in d["items"] if i["technique"] == "structured"][0]')

get "/v1/compare?group=$group"
is "$(json '[r["technique"] for r in d["rows"]][0]') $(json 'len(d["rows"])')" "none 6" "the comparison has the original and five"
is "$(json 'all(r["target_met"] and r["achieved"] >= 0.5 for r in d["rows"][1:])')" true "each met its target"
is "$(json 'all(r["bytes"] < d["rows"][0]["bytes"] for r in d["rows"] if r["technique"] in ("neuron", "structured", "layer"))')" \
    true "what removes units makes smaller files"
is "$(json 'all(r["macs"] < d["rows"][0]["macs"] for r in d["rows"] if r["technique"] in ("neuron", "structured", "layer"))')" \
    true "and less work"
is "$(json 'all(r["nonzeros"] < 0.6 * d["rows"][0]["nonzeros"] for r in d["rows"] if r["technique"] in ("weight", "unstructured"))')" \
    true "what zeroes weights leaves fewer"
is "$(json 'all(r["latency_p50_ms"] > 0 and 0 <= r["accuracy_top1"] <= 100 for r in d["rows"])')" true "time and accuracy are measured"
note "$(json '[(r["technique"], r["bytes"], r["latency_p50_ms"], r["accuracy_top1"]) for r in d["rows"]]')"

get "/v1/jobs/$one/report"
is "$code" 200 "a report"
hex=$(json 'd["provenance"]["output_sha256"]')
is "$(json 'd["provenance"]["model_sha256"]')" "$(sha256sum "$work/example.onnx" | cut -d' ' -f1)" "names the model's digest"
ok "removal equals masking" test "$(json 'd["checks"]["removal_max_abs_diff"] < 1e-4')" = true
top1=$(json 'd["pruned"]["accuracy"]["top1"]')
get "/v1/jobs/$one/model"
cp "$work/body" "$work/pruned.onnx"
is "$(sha256sum "$work/pruned.onnx" | cut -d' ' -f1)" "$hex" "the pruned model is the one of the report"
is "$("$prune" eval "$work/pruned.onnx" -d "$work/fashion.npz" --scale 255 --mean 0.2860 --std 0.3530 --layout NHW --json 2>"$work/err" | json 'd["accuracy"]["top1"]' "$(cat)")" \
    "$top1" "the command line measures the same accuracy"
get "/v1/jobs/$one/events"
is "$code" 200 "its events are kept"
for type in state progress; do ok "with $type" grep -q "^event: $type$" "$work/body"; done

# Without data: pruned, but not measured for accuracy.
curl -sS -fL -T "$work/example.onnx" "$url/v1/prune?technique=structured&sparsity=0.5" -o "$work/shot.onnx" 2>"$work/err"
is "$?" 0 "one shot: curl -fL -T"
ok "gives a smaller network" test "$(stat -c %s "$work/shot.onnx")" -lt "$(stat -c %s "$work/example.onnx")"
"$prune" inspect "$work/shot.onnx" --json >"$work/out" 2>&1
is "$?" 0 "that reads well"

# --- what is wrong with files, said by the real reader ---
before=$(files_left)
head -c 20000 "$work/example.onnx" >"$work/cut.onnx"
put "$work/cut.onnx" /v1/models/
problem 422 invalid-model "a truncated model"
for f in text.onnx dims-huge.onnx cycle.onnx nested-lengths.onnx; do
    put "$top/tests/data/bad/$f" "/v1/models/$f"
    problem 422 invalid-model "$f"
done
head -c 5000 "$work/fashion.npz" >"$work/cut.npz"
put "$work/cut.npz" /v1/datasets/cut
problem 422 invalid-dataset "a truncated data set"
put "$work/example.onnx" /v1/datasets/model
problem 422 invalid-dataset "a model for a data set"
put "$work/fashion.npz" /v1/models/data
problem 422 invalid-model "a data set for a model"
is "$(files_left)" "$before" "none of them left a file"

"$python" -c 'import sys, numpy as np
np.savez(sys.argv[1], x=np.zeros((40, 32, 32), np.uint8), y=np.arange(40) % 10)' "$work/wide.npz"
put "$work/wide.npz" '/v1/datasets/wide?layout=NHW'
is "$code" 201 "a data set of another shape is a data set"
request -d model=example.onnx -d dataset=wide -d technique=structured -d sparsity=0.5 /v1/jobs
if [ "$code" = 202 ]; then
    id=$(json 'd["id"]')
    ok "but its job ends" wait_for "$limit" job_is_over "$id"
    get "/v1/jobs/$id"
    is "$(json 'd["state"]') $(json 'd["error"]["type"]')" "failed invalid-input" "with the right problem"
    like "$(json 'd["error"]["detail"]')" '32.*28|28.*32' "that names both shapes"
else
    problem 422 invalid-dataset "its job is refused"
fi
request -d model=example.onnx -d technique=neuron -d sparsity=0.5 -d pattern=2:4 /v1/jobs
problem 422 invalid-setting "a setting that is not neuron's"
finish

#!/bin/bash
# A model with its weights in a file beside it, through REST.
# covers: http/model_data_put http/model_data_get http/model_data_delete
# covers: service/model_files service/look_folder
. "$(dirname "$0")/lib.sh"
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }

# The same model three times: one file; weights beside it; other weights.
"$python" - "$top/examples/model.onnx" "$work" <<'PY' || fail "the models are made"
import os, sys
import numpy as np, onnx
from onnx import numpy_helper as nh
src, work = sys.argv[1:]
for name, scale in (("a", 1.0), ("b", 0.5)):
    m = onnx.load(src)
    for t in m.graph.initializer:
        x = nh.to_array(t)
        if x.dtype == np.float32:
            t.CopyFrom(nh.from_array(x * np.float32(scale), t.name))
    os.makedirs(f"{work}/{name}")
    onnx.save_model(m, f"{work}/{name}/m.onnx", save_as_external_data=True,
                    all_tensors_to_one_file=True, location="w.bin",
                    size_threshold=0, convert_attribute=False)
m = onnx.load(src)
onnx.save_model(m, f"{work}/inline.onnx")
m = onnx.load(f"{work}/a/m.onnx", load_external_data=False)
for t in m.graph.initializer:
    for e in t.external_data:
        if e.key == "location":
            e.value = "job.json"
onnx.save(m, f"{work}/bad.onnx")
PY
ok "both have the same model file" cmp -s "$work/a/m.onnx" "$work/b/m.onnx"

put "$work/a/m.onnx" /v1/models/m
is "$code $(json 'd["state"]')" "201 incomplete" "a model whose weights are not there yet"
like "$(json 'd["problem"]["detail"]')" 'PUT /v1/models/m/w.bin' "it says what to do"
is "$(json 'd["missing"][0]["file"]')" w.bin "and names the file"
post -d model=m -d technique=weight -d sparsity=0.5 /v1/jobs
problem 409 model-incomplete "no job yet"
get /v1/models/m/graph
problem 409 model-incomplete "no layers yet"

head -c 100 "$work/a/w.bin" >"$work/short"
put "$work/short" /v1/models/m/w.bin
is "$code $(json 'd["model_state"]')" "201 incomplete" "a file that is too short does not make it whole"
like "$(json 'd["problem"]["detail"]')" '100 bytes of' "that is said too"

put "$work/a/w.bin" /v1/models/m/w.bin
is "$code $(json 'd["model_state"]') $(header Location)" "201 ready /v1/models/m/w.bin" "with the weights it is whole"
put "$work/a/w.bin" /v1/models/m/w.bin
is "$code" 200 "the same bytes again"
get /v1/models/m
is "$(json 'd["state"] + d["files"][0]["file"] + str(d["parameters"] > 0)')" readyw.binTrue "its document lists it"
get /v1/models/m/graph
is "$code $(json 'len(d["layers"]) > 0')" "200 true" "it has layers"
get /v1/models/m/w.bin
ok "the file comes back" cmp -s "$work/body" "$work/a/w.bin"
get -H 'Range: bytes=0-9' /v1/models/m/w.bin
is "$code" 206 "a part of it too"

# The file first, then the model; other weights under the same model file.
put "$work/b/w.bin" /v1/models/n/w.bin
is "$code $(json 'd.get("model_state")')" "201 null" "a file may come before its model"
put "$work/b/m.onnx" /v1/models/n
is "$code $(json 'd["state"]')" "201 ready" "which is then whole at once"
put "$work/inline.onnx" /v1/models/inline
is "$code $(json 'd["state"]')" "201 ready" "the model in one file"

run_job() { # run_job MODEL: prunes it and leaves the result in $work/MODEL.out
    post -d model="$1" -d technique=weight -d sparsity=0.5 /v1/jobs
    is "$code" 202 "a job of $1"
    job=$(json 'd["id"]')
    ok "it ends" wait_for 60 job_is_over "$job"
    is "$(job_state "$job")" succeeded "well"
    get "/v1/jobs/$job/model"
    cp "$work/body" "$work/$1.out"
}
run_job m
job_m=$job
run_job n
job_n=$job
run_job inline
ok "every result is a model in one file that holds its own weights" \
    "$python" - "$work" <<'PY'
import sys, numpy as np, onnx
from onnx import numpy_helper as nh
work = sys.argv[1]
w = [{t.name: nh.to_array(t) for t in onnx.load(f"{work}/{n}.out").graph.initializer} for n in ("m", "n", "inline")]
for k, x in w[2].items():
    assert np.array_equal(w[0][k], x), k
    if x.dtype == np.float32:
        assert np.array_equal(w[1][k], x * np.float32(0.5)), k
PY
get '/v1/compare?model=m'
is "$(json '[r.get("job") for r in d["rows"]][1:]')" "[\"$job_m\"]" "other weights are another model"

for name in graph file job.json input.onnx output.onnx.data .x a%2Fb; do
    put "$work/short" "/v1/models/m/$name"
    problem 400 invalid-name "no file is called $name"
done
put "$work/bad.onnx" /v1/models/bad
problem 422 invalid-model "a model that wants such a file"
put "$work/a/m.onnx" '/v1/prune?technique=weight&sparsity=0.5'
problem 422 invalid-model "one shot takes no external data"
put "$work/short" -H 'If-None-Match: *' /v1/models/m/w.bin
problem 412 precondition-failed "it is there already"

delete /v1/models/m/w.bin
is "$code" 204 "the file can go"
delete /v1/models/m/w.bin
problem 404 not-found "once"
get /v1/models/m
is "$(json 'd["state"]')" incomplete "the model is incomplete then"
for n in m n inline; do delete "/v1/models/$n"; done
get /v1/models/n/w.bin
problem 404 not-found "a model takes its files along"
put "$work/short" /v1/models/alone/w.bin
delete /v1/models/alone
is "$code" 204 "files without a model go by its name"
get /v1/jobs
for job in $(json '" ".join(j["id"] for j in d["items"])'); do delete "/v1/jobs/$job"; done
is "$(files_left)" "" "nothing is left"
finish

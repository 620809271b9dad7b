#!/bin/bash
# The command line as a user meets it: exit statuses, messages, files.
# covers: cli/inspect cli/run cli/plan cli/eval cli/infer cli/compare
# covers: cli/dataset cli/describe cli/worker
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TOP_BUILDDIR:-$top}
prune=$build/prune
models=$top/tests/data/models
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
n=0

ok() { # ok CONDITION-STATUS WHAT
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"
        sed 's/^/# /' err out 2>/dev/null | head -20
    fi
}

# try STATUS PATTERN WHAT COMMAND...: the exit status, one error line that
# matches, and nothing left behind but what was there.
try() {
    local status=$1 pattern=$2 what=$3 before after got bad=0
    shift 3
    before=$(ls)
    "$@" >out 2>err </dev/null
    got=$?
    after=$(ls)
    [ "$got" = "$status" ] || { bad=1; echo "# status $got, not $status"; }
    if [ "$status" != 0 ]; then
        [ "$(wc -l <err)" = 1 ] || { bad=1; echo "# not one line"; }
        grep -q '^prune: error: ' err || bad=1
    fi
    cat out err | grep -q -e "$pattern" || { bad=1; echo "# no $pattern"; }
    [ "$before" = "$after" ] || { bad=1; echo "# left: $after"; }
    ok $bad "$what"
}
touch out err

# Small data sets of noise, written without the product.
/usr/bin/python3 - <<'PY'
import numpy as np
r = np.random.default_rng(1)
x = r.integers(0, 256, (120, 28, 28), dtype=np.uint8)
np.savez("d.npz", x_train=x[:60], y_train=np.arange(60) % 10,
         x_test=x[60:], y_test=np.arange(60) % 10)
np.savez("wide.npz", x=np.zeros((4, 32, 32), np.uint8), y=np.arange(4))
np.save("x.npy", r.standard_normal((3, 1, 28, 28), dtype=np.float32))
np.save("short.npy", r.standard_normal((3, 1, 28, 27), dtype=np.float32))
PY
norm=(--scale 255 --mean 0.2860 --std 0.3530 --layout NHW)
lenet=$models/lenet300.onnx
resnet=$models/resnet20.onnx

try 0 'prune 0' 'prune --version' "$prune" --version
try 0 'commands:' 'prune --help' "$prune" --help
for c in inspect run plan eval infer compare dataset describe worker; do
    try 0 "usage: prune $c" "prune $c --help" "$prune" $c --help
done
try 2 'unknown command' 'an unknown command' "$prune" prnue
try 2 'command is missing' 'no command' "$prune"
try 2 'unknown option --sparsty' 'an unknown option' \
    "$prune" run "$lenet" -t weight --sparsty 0.5 -o o.onnx
try 2 'sparsity: "1.5"' 'a value out of range' \
    "$prune" run "$lenet" -t weight --sparsity 1.5 -o o.onnx
try 2 'heavy' 'an unknown technique' \
    "$prune" run "$lenet" -t heavy --sparsity 0.5 -o o.onnx
try 2 'target' 'no target' "$prune" run "$lenet" -t weight -o o.onnx
try 2 'target' 'two targets' \
    "$prune" run "$lenet" -t neuron --sparsity 0.5 --macs-ratio 0.5 -o o.onnx
try 2 'unit_sparsity' 'a setting that the technique does not use' \
    "$prune" run "$lenet" -t weight --unit-sparsity 0.5 -o o.onnx
try 2 'add -o' 'no output' "$prune" run "$lenet" -t weight --sparsity 0.5
try 2 'too many' 'an argument too many' "$prune" inspect "$lenet" "$resnet"
try 3 'missing.onnx' 'a missing file' "$prune" inspect missing.onnx
try 3 'd.npz' 'a file that is no ONNX' "$prune" inspect d.npz
head -c 5000 "$lenet" >cut.onnx
try 3 'cut.onnx' 'a truncated model' \
    "$prune" run cut.onnx -t weight --sparsity 0.5 -o o.onnx
try 3 '32x32' 'data of the wrong shape, both shapes named' \
    "$prune" run "$lenet" -t weight --sparsity 0.5 -o o.onnx -d wide.npz
grep -q '1x28x28' err
ok $? 'the message names the shape wanted, too'
try 4 'fully connected' 'nothing to prune, saying what was looked for' \
    "$prune" run "$resnet" -t neuron --sparsity 0.5 -o o.onnx
try 4 'reached' 'a target out of reach says how far it got' \
    "$prune" run "$resnet" -t structured --sparsity 0.9999 -o o.onnx
try 2 'NAME=FILE' 'infer without a name' \
    "$prune" infer "$lenet" --input x.npy --output-dir y
try 3 '28x27' 'an array of the wrong shape' \
    "$prune" infer "$lenet" --input x=short.npy --output-dir y

"$prune" infer "$lenet" --input x=x.npy --output-dir y/deep/er 2>err &&
    [ -f y/deep/er/logits.npy ]
ok $? 'infer writes an array per output'
"$prune" infer "$lenet" --input x=x.npy --output-dir two --batch 2 2>err &&
    /usr/bin/python3 -c '
import numpy as np
a, b = np.load("y/deep/er/logits.npy"), np.load("two/logits.npy")
assert a.shape == b.shape == (3, 10), (a.shape, b.shape)
assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max()' 2>err
ok $? 'three samples, two at a time, give the same as all at once'

for t in weight neuron structured unstructured; do
    "$prune" run "$lenet" -t $t --sparsity 0.5 -o $t.onnx -d d.npz \
        "${norm[@]}" --report $t.json >out 2>err && [ -s $t.onnx ]
    ok $? "run -t $t writes a model and a report"
    "$prune" run "$lenet" -t $t --sparsity 0.5 -o again.onnx -d d.npz \
        "${norm[@]}" >out 2>err && cmp -s $t.onnx again.onnx
    ok $? "run -t $t twice gives the same bytes"
done
rm -f again.onnx
grep -q 'inference time' out
ok $? 'the table names what was measured'

# With the test part replaced by noise the output stays the same.
/usr/bin/python3 - <<'PY'
import numpy as np
d = dict(np.load("d.npz"))
r = np.random.default_rng(7)
d["x_test"] = r.integers(0, 256, d["x_test"].shape, dtype=np.uint8)
d["y_test"] = d["y_test"][::-1]
np.savez("noise.npz", **d)
PY
"$prune" run "$lenet" -t neuron --sparsity 0.5 -o noise.onnx -d noise.npz \
    "${norm[@]}" >out 2>err && cmp -s neuron.onnx noise.onnx
ok $? 'the test part never influences the output'

"$prune" eval neuron.onnx --against "$lenet" -d d.npz "${norm[@]}" --json \
    >out 2>err && /usr/bin/python3 -c '
import json
r = json.load(open("out"))
assert set(r) == {"original", "pruned", "ratio", "accuracy_drop",
                  "agreement"}, set(r)
assert r["ratio"]["parameters"] < 0.6, r["ratio"]'
ok $? 'eval --against --json has the documented shape'

"$prune" plan "$lenet" -t neuron --sparsity 0.5 --json >out 2>err &&
    /usr/bin/python3 -c '
import json
p = json.load(open("out"))
assert p["removed"] >= p["prunable"] / 2 and p["parts"], p
assert any("output" in r["reason"] for r in p["refusals"]), p["refusals"]'
ok $? 'plan says what would go and what is refused'

"$prune" compare "$lenet" -d d.npz "${norm[@]}" --techniques weight,neuron \
    --csv >out 2>err && [ "$(wc -l <out)" = 4 ] &&
    head -1 out | grep -q '^job,state,technique,criterion,target,achieved,target_met,bytes,bytes_ratio,compressed_bytes,parameters,nonzeros,macs,macs_ratio,latency_p50_ms,latency_ratio,accuracy_top1,accuracy_drop,agreement,error'
ok $? 'compare --csv has the columns of the contract'

# Every report keeps to the schema that ships.
/usr/bin/python3 - "$top/docs/report.schema.json" ./*.json >out 2>err <<'PY'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
files = sys.argv[2:]
assert len(files) == 4, files
for f in files:
    r = json.load(open(f))
    jsonschema.validate(r, schema)
    assert r["original"]["latency"]["runs"] > 0
    broken = dict(r)
    del broken["achieved"]
    try:
        jsonschema.validate(broken, schema)
    except jsonschema.ValidationError:
        pass
    else:
        raise SystemExit("the schema takes anything")
PY
ok $? 'reports are valid by docs/report.schema.json'

# The worker: a directory in, a directory out.
mkdir job && cp "$lenet" job/input.onnx && cat >job/job.json <<JSON
{"id": "j1", "technique": "neuron", "sparsity": 0.5, "seed": 0,
 "data": "$work/d.npz",
 "data_settings": {"scale": 255, "mean": [0.2860], "std": 0.3530,
                   "layout": "NHW"},
 "measure_lock": "$work/lock",
 "limits": {"cpu_seconds": 600, "file_bytes": 1000000000}}
JSON
"$prune" worker job >out 2>err && [ -s job/output.onnx ] &&
    cmp -s job/output.onnx neuron.onnx
ok $? 'the worker gives what run gives, to the byte'
/usr/bin/python3 -c '
import json
lines = [json.loads(l) for l in open("job/progress.jsonl")]
assert any(l["type"] == "phase" and l["phase"] == "decide" for l in lines), lines
assert any(l["type"] == "metric" for l in lines)
assert json.load(open("job/report.json"))["technique"] == "neuron"' 2>err
ok $? 'progress lines and the report are there'
mkdir bad && echo rubbish >bad/input.onnx &&
    echo '{"technique": "weight", "sparsity": 0.5}' >bad/job.json
"$prune" worker bad >out 2>err
[ $? = 3 ] && grep -q '"type":"invalid-input"' bad/report.json &&
    [ ! -e bad/output.onnx ]
ok $? 'a worker that fails says why in its report'

# An interrupt leaves nothing behind.
"$prune" run "$resnet" -t layer --sparsity 0.5 -o never.onnx -d d.npz \
    "${norm[@]}" --progress >out 2>err &
pid=$!
for _ in $(seq 200); do grep -q '%' err && break; sleep 0.05; done
kill -INT $pid
wait $pid
[ $? = 130 ] && ! ls | grep -q never && tail -1 err |
    grep -q 'prune: error: interrupted'
ok $? 'SIGINT: status 130 and no file'

echo "1..$n"

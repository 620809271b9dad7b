#!/bin/bash
# Accuracy on real images: exactly what the training framework gave, and what
# is left of it after pruning. The files are counted by other code. TAP.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
prune=${TOP_BUILDDIR:-$top}/prune
data=/usr/share/datasets/fashion-mnist
export PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
[ -d $data ] || { echo "1..0 # SKIP no data set dataset-fashion-mnist"; exit 0; }
/usr/bin/python3 -c 'import onnx' 2>/dev/null ||
    { echo "1..0 # SKIP no python3-onnx"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0

result() { # result WHAT STATUS [LINE...]
    n=$((n + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        shift 2
        printf '%s\n' "$@" | sed 's/^/# /'
    fi
}

# Holds a JSON file against an expression of Python, `r` being the file.
holds() { # holds WHAT FILE EXPRESSION
    local out
    out=$(/usr/bin/python3 - "$2" "$3" 2>&1 <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
if not eval(f"({sys.argv[2]})"):
    for key in ("accuracy", "achieved", "target_met", "original", "pruned"):
        if key in r:
            print(key, r[key])
    sys.exit(sys.argv[2] + " does not hold")
PY
    )
    result "$1" $? "$out" "$(cat "$dir/stderr" 2>/dev/null)"
}

norm=(--scale 255 --mean 0.2860 --std 0.3530 --layout NHW)
"$prune" dataset $data/train-{images-idx3,labels-idx1}-ubyte.gz \
    $data/t10k-{images-idx3,labels-idx1}-ubyte.gz -o "$dir/fashion.npz" \
    2>"$dir/stderr"
result "packs the data" $? "$(cat "$dir/stderr")"

accuracy() { # accuracy NAME FILE PERCENT
    "$prune" eval "$2" -d "$dir/fashion.npz" "${norm[@]}" --batch 50 --json \
        >"$dir/eval.json" 2>"$dir/stderr"
    holds "$1: $3 %, as its training said" "$dir/eval.json" \
        "abs(r['accuracy']['top1'] - $3) < 0.005 and
         r['accuracy']['samples'] == 10000"
}
accuracy example "$top/examples/model.onnx" 92.07
accuracy lenet300 "$top/tests/data/models/lenet300.onnx" 89.86
accuracy resnet20 "$top/tests/data/models/resnet20.onnx" 91.97

run() { # run NAME MODEL OPTION...
    local name=$1 model=$2
    shift 2
    "$prune" run "$model" "$@" -o "$dir/$name.onnx" \
        --report "$dir/$name.json" "${norm[@]}" \
        >/dev/null 2>"$dir/stderr"
}

# Sanitizers change no figure and take ten times as long: the rest is for
# builds without.
if grep -q 'define PRUNE_ASAN 1' "${TOP_BUILDDIR:-$top}/config.h"; then
    echo "1..$n"
    exit 0
fi

run r20 "$top/tests/data/models/resnet20.onnx" -t structured \
    --macs-ratio 0.47 -r calibrate -d "$dir/fashion.npz"
holds "resnet20: at least 80 % on 0.47 of its work" "$dir/r20.json" \
    "r['target_met'] and r['pruned']['accuracy']['top1'] >= 80"
/usr/bin/python3 "$top/tests/lib/recount.py" --json "$dir/r20.onnx" \
    >"$dir/r20.count" 2>"$dir/stderr"
holds "resnet20: the work as counted by other code" "$dir/r20.count" \
    "r['macs'] <= 0.47 * 31021952"

for technique in weight neuron structured unstructured layer; do
    run "$technique" "$top/examples/model.onnx" -t $technique \
        --sparsity 0.5 -d "$dir/fashion.npz"
    holds "example: $technique takes half and leaves it useful" \
        "$dir/$technique.json" \
        "r['target_met'] and r['achieved'] >= 0.5 and
         r['pruned']['accuracy']['top1'] >= 85"
done

echo "1..$n"

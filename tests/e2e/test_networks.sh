#!/bin/bash
# Every kind of network that is supported, run and pruned, held against ONNX
# Runtime, onnx.checker and counts by other code. TAP.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
prune=${TOP_BUILDDIR:-$top}/prune
models=$top/tests/data/models
export PYTHONDONTWRITEBYTECODE=1

for need in /usr/bin/python3 node; do
    command -v $need >/dev/null || { echo "1..0 # SKIP no $need"; exit 0; }
done
/usr/bin/python3 -c 'import onnx' 2>/dev/null ||
    { echo "1..0 # SKIP no python3-onnx"; exit 0; }
[ -d "$top/tests/browser/node_modules/onnxruntime-node" ] ||
    { echo "1..0 # SKIP no onnxruntime-node"; exit 0; }

# Exports of one architecture in another opset, or with normalisations kept,
# are pruned at one sparsity only. Sanitizers make everything slower and the
# numbers no different: there, one network of each architecture.
if grep -q 'define PRUNE_ASAN 1' "${TOP_BUILDDIR:-$top}/config.h"; then
    names="mlp cnn vgg11 resnet-11 resnet_bottleneck-shared mobilenetv2
        mobilenetv3-16-bn densenet inception-11-bn grouped-16"
    options=(--sparsity 0.6)
else
    names=$(cd "$models" && ls ./*.onnx | sed 's/^..//; s/\.onnx$//')
    options=(--sparsity 0.3,0.6)
fi
files=()
for name in $names; do files+=("$models/$name.onnx"); done
exec /usr/bin/python3 "$top/tests/lib/networks.py" "${files[@]}" \
    --prune "$prune" "${options[@]}"

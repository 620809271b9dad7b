#!/bin/sh
# The engine beside ONNX Runtime over the networks of models.py.
# usage: dense.sh [options of dense.py]; MODELS: a folder to keep the
# networks in. Needs the built libroom.la and tests/browser's node modules
# (npm install --ignore-scripts there).
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${TOP_BUILDDIR:-$top}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python=/usr/bin/python3
cc -O2 -D_GNU_SOURCE -I"$build" -I"$top/include" -I"$top/src" \
    -I"$build/src" -c "$top/tests/bench/dense.c" -o "$out/dense.o"
"$build/libtool" --quiet --mode=link cc -o "$out/dense" "$out/dense.o" \
    "$build/libroom.la"
models=${MODELS:-$out/models}
"$python" "$top/tests/bench/models.py" "$models"
"$python" "$top/tests/bench/dense.py" "$out/dense" "$models" "$@"

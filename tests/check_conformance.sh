#!/bin/bash
# The ONNX project's own test cases; tests/conformance/known.txt names those
# that may fail.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
build=${TOP_BUILDDIR:-$top}
data=${ONNX_TESTDATA:-/usr/share/libonnx-testdata/data}
if [ ! -d "$data" ]; then
    echo "ok 1 - ONNX's test cases # SKIP libonnx-testdata is not installed"
    echo "1..1"
    exit 0
fi
exec "$build/tests/conformance/conformance" --tap --data "$data" \
    --known "$top/tests/conformance/known.txt"

#!/bin/bash
# The checks of tests/e2e/test_networks.sh on full-size networks, by hand.
#
# usage: tests/bench/acceptance.sh DIR [networks.py option...]
#
# DIR holds ONNX files with an input x [N,1,28,28] and an output logits, named
# after their architecture. Prints TAP; the last line says how many failed.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
folder=$1
shift
tap=$(mktemp)
trap 'rm -f "$tap"' EXIT
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$top/tests/lib/networks.py" \
    "$folder"/*.onnx --prune "${TOP_BUILDDIR:-$top}/prune" "$@" | tee "$tap"
echo "# $(grep -c '^ok' "$tap") passed, $(grep -c '^not ok' "$tap") failed"
! grep -q '^not ok\|^Bail out' "$tap"

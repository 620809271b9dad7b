#!/bin/sh
# The engine beside ONNX Runtime, in turns, one line a network: median
# milliseconds of both and the ratio of the medians.
# usage: dense.sh MODEL... ; BATCH, THREADS, ROUNDS, TURNS from the
# environment. Needs the built libroom.la and tests/browser's node modules.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${TOP_BUILDDIR:-$top}
BATCH=${BATCH:-1} THREADS=${THREADS:-1} ROUNDS=${ROUNDS:-200}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc -O2 -D_GNU_SOURCE -I"$build" -I"$top/include" -I"$top/src" \
    -I"$build/src" -c "$top/tests/bench/dense.c" -o "$out/dense.o"
"$build/libtool" --quiet --mode=link cc -o "$out/dense" "$out/dense.o" \
    "$build/libroom.la"
median() { sort -g | awk '{a[NR]=$1} END {print a[int((NR + 1) / 2)]}'; }
printf '%-28s %9s %9s %9s %6s %6s\n' network ort fast timed f/ort t/ort
for model in "$@"; do
    rm -f "$out/ort" "$out/fast" "$out/timed"
    for turn in $(seq "${TURNS:-5}"); do
        node "$top/tests/bench/ort.mjs" "$model" "$BATCH" "$THREADS" \
            "$ROUNDS" >>"$out/ort"
        "$out/dense" "$model" "$BATCH" "$THREADS" "$ROUNDS" >"$out/now"
        awk '/^fast/ {print $3}' "$out/now" >>"$out/fast"
        awk '/^timed/ {print $3}' "$out/now" >>"$out/timed"
    done
    o=$(median <"$out/ort") f=$(median <"$out/fast") t=$(median <"$out/timed")
    printf '%-28s %9s %9s %9s %s\n' "$(basename "$model" .onnx)" "$o" "$f" \
        "$t" "$(awk "BEGIN {printf \"%6.2f %6.2f\", $f/$o, $t/$o}")"
done

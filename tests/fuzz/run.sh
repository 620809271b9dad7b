#!/bin/bash
# Fuzzes the readers and the planner with libFuzzer under the address and
# undefined behaviour sanitizers.
# usage: run.sh [SECONDS [NAME...]]   names: onnx plan npz; each in turn
# Seeds: tests/fuzz/corpus, tests/data, and the ONNX project's own test cases
# where they are installed. Findings are left in tests/out/fuzz; a file that
# found something belongs into tests/fuzz/corpus, which the unit tests replay.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${TOP_BUILDDIR:-$top}
out=$build/tests/out/fuzz
seconds=${1:-600}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- onnx plan npz
command -v clang >/dev/null || {
    echo "run.sh: clang is missing; apt-get install clang"
    exit 1
}
mkdir -p "$out/obj"
flags="-include $top/tests/fuzz/clang.h -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -I$build
 -I$top/include -I$top/src -I$build/src -I$top/tests
 -fsanitize=fuzzer-no-link,address,undefined
 -fno-sanitize-recover=undefined -Wno-everything"

# Objects newer than their source stay.
(cd "$top" && find src/base src/graph src/engine src/ops src/data src/onnx \
    -name '*.c' && cd "$build" && find src/onnx -name '*.pb-c.c') |
    LC_ALL=C sort -u |
    while read -r source; do
        object=$out/obj/$(echo "$source" | tr / _).o
        file=$top/$source
        [ -f "$file" ] || file=$build/$source
        [ -n "$(find "$top/src" -name '*.h' -newer "$object" 2>/dev/null |
            head -n 1)" ] || [ ! "$object" -nt "$file" ] || continue
        printf '%s %s\n' "$file" "$object"
    done | xargs -r -P "$(nproc)" -n 2 sh -c \
        "clang $(echo $flags) -c \"\$0\" -o \"\$1\"" || exit 1

seeds() { # seeds NAME: fills the folder of what is known to be interesting
    mkdir -p "$out/seeds-$1"
    case $1 in
    npz) find "$top/tests/data" "$top/tests/fuzz/corpus/npz" -type f \
        \( -name '*.npz' -o -path '*/corpus/*' \) -size -64k ;;
    *) find "$top/tests/data" "$top/tests/fuzz/corpus/onnx" \
        /usr/share/libonnx-testdata/data -type f \
        \( -name '*.onnx' -o -path '*/corpus/*' \) -size -24k 2>/dev/null ;;
    esac | while read -r file; do
        cp "$file" "$out/seeds-$1/$(md5sum <"$file" | cut -c 1-16)"
    done
}

status=0
for name; do
    clang $flags -fsanitize=fuzzer,address,undefined \
        "$top/tests/fuzz/fuzz_$name.c" "$out"/obj/*.o -o "$out/fuzz_$name" \
        -lprotobuf-c -ljansson -lnettle -ldnnl -lzip -lz -lzstd -lm -lpthread \
        -l:libgomp.so.1
    seeds "$name"
    mkdir -p "$out/found-$name" "$out/bad-$name"
    echo "fuzz_$name: $seconds s"
    ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=512 \
        "$out/fuzz_$name" -max_total_time="$seconds" -timeout=30 \
        -rss_limit_mb=4096 -malloc_limit_mb=0 -max_len=32768 \
        -artifact_prefix="$out/bad-$name/" -print_final_stats=1 \
        "$out/found-$name" "$out/seeds-$name" >"$out/$name.log" 2>&1 ||
        status=1
    grep -E 'number_of_executed|ERROR|SUMMARY|Test unit written' \
        "$out/$name.log" || tail -n 3 "$out/$name.log"
done
exit $status

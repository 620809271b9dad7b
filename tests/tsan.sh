#!/bin/bash
# Builds the daemon with ThreadSanitizer from a copy of the sources (a source
# folder that was configured cannot be built from elsewhere) and runs the
# end-to-end tests against it. The workers are those of the ordinary build:
# OpenMP's own synchronisation is unknown to the sanitizer.
#
# tsan.sh COPY PRUNE [SCRIPT…]; by default all scripts that need a daemon,
# without the browser's, which tries nothing that the others do not.
set -u
copy=$1
export PRUNE=$2
shift 2
cd "$copy" || exit 1
if [ ! -f Makefile ]; then
    ./configure CC="${CC:-gcc}" --enable-tsan >configure.out 2>&1 || {
        tail -n 20 configure.out
        exit 1
    }
fi
make -j"$(nproc)" pruned >make.out 2>&1 || {
    tail -n 40 make.out
    exit 1
}
nm -D pruned | grep -q __tsan_init || {
    echo "the daemon was built without ThreadSanitizer"
    exit 1
}
export TOP_SRCDIR=$PWD TOP_BUILDDIR=$PWD TEST_DATA=$PWD/tests/data
export PRUNED=$PWD/pruned
make www/vendor/stamp >>make.out 2>&1
passed=0
failed=0
[ $# -gt 0 ] || set -- $(grep -l start_daemon tests/e2e/test_*.sh |
    grep -v dashboard)
for script in "$@"; do
    out=$(basename "$script").out
    bash "$script" >"$out" 2>&1
    passed=$((passed + $(grep -c '^ok ' "$out")))
    n=$(grep -c '^not ok ' "$out")
    grep -q '^1\.\.[1-9]' "$out" || n=$((n + 1))
    failed=$((failed + n))
    echo "# $script: $(grep -c '^ok ' "$out") passed, $n failed"
    [ "$n" = 0 ] || cat "$out"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]

#!/bin/bash
# Builds the daemon with ThreadSanitizer from a copy of the sources (a source
# folder that was configured cannot be built from elsewhere) and runs the
# end-to-end tests against it. The workers are those of the ordinary build:
# OpenMP's own synchronisation is unknown to the sanitizer.
#
# tsan.sh COPY PRUNE [SCRIPT…]
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
export PRUNED=$PWD/pruned SLOW=4
make www/vendor/stamp >>make.out 2>&1
passed=0
failed=0
for script in "${@:-tests/e2e/test_*.sh}"; do
    for s in $script; do
        echo "# $s"
        bash "$s" >"$(basename "$s").out" 2>&1
        passed=$((passed + $(grep -c '^ok ' "$(basename "$s").out")))
        n=$(grep -c '^not ok ' "$(basename "$s").out")
        grep -q '^1\.\.[1-9]' "$(basename "$s").out" || n=$((n + 1))
        failed=$((failed + n))
        [ "$n" = 0 ] || cat "$(basename "$s").out"
    done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]

#!/bin/sh
# Runs one criterion program as TAP. Under AddressSanitizer criterion prints
# leaks without counting them, so any report file becomes a failed test.
set -u
program=$1
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
export ASAN_OPTIONS="log_path=$reports/asan:detect_leaks=1:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1:log_path=$reports/ubsan"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
case $program in /*) ;; *) program=./$program ;; esac
out=$("$program" --tap=- -j1 2>"$reports/stderr")
status=$?
tests=$(printf '%s\n' "$out" | sed -n 's/^1\.\.\([0-9]*\).*/\1/p' | head -n 1)
tests=${tests:-0}
printf '%s\n' "$out" | grep -v '^1\.\.'
next=$((tests + 1))
found=$(find "$reports" -name 'asan*' -o -name 'ubsan*')
if [ -n "$found" ]; then
    echo "not ok $next - sanitizers report nothing"
    cat $found | sed 's/^/# /'
    cat $found >&2
else
    echo "ok $next - sanitizers report nothing"
fi
next=$((next + 1))
if [ "$tests" -eq 0 ]; then
    echo "not ok $next - the program runs tests"
elif [ "$status" -ne 0 ]; then
    echo "not ok $next - the program ends well (status $status)"
    sed 's/^/# /' "$reports/stderr"
else
    echo "ok $next - the program ends well"
fi
echo "1..$next"

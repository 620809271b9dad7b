#!/bin/bash
# The dashboard in a real browser, with a real daemon: upload, comparison,
# charts. Leaves its pictures in tests/out; with --update-docs the README's
# picture is made anew.
# covers: http/index http/asset http/compare http/job_events
. "$(dirname "$0")/lib.sh"
browser=$top/tests/browser
update=
n_train=512 n_test=500
if [ "${1:-}" = --update-docs ]; then
    update="--update-docs $top/docs"
    n_train=4096 n_test=10000
fi

if ! [ -d "$browser/node_modules/playwright-core" ] ||
    ! [ -x /usr/bin/chromium ]; then
    echo "1..0 # SKIP no browser: apt-get install chromium, then" \
        "npm ci --ignore-scripts in tests/browser"
    exit 0
fi

cp "$top/examples/model.onnx" "$work/example.onnx"
"$python" "$top/tests/lib/small_fashion.py" "$work/fashion.npz" $n_train \
    $n_test || { fail "the data set is packed"; finish; }
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }

node "$browser/dashboard.mjs" "$url" "$work/example.onnx" \
    "$work/fashion.npz" "$build/tests/out" $update >"$work/tap" 2>"$work/err"
grep -v '^1\.\.' "$work/tap"
tests=$(grep -cE '^(not )?ok ' "$work/tap")
failed=$(grep -c '^not ok ' "$work/tap")
if grep -q '^1\.\.' "$work/tap"; then
    pass "the browser's test came to its end"
else
    fail "the browser's test came to its end" "$(cat "$work/err")"
fi
finish

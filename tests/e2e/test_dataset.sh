#!/bin/bash
# What `prune dataset` packs is what numpy reads in the IDX files. TAP.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
prune=${TOP_BUILDDIR:-$top}/prune
data=/usr/share/datasets/fashion-mnist
[ -d $data ] || { echo "1..0 # SKIP no data set dataset-fashion-mnist"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0

expect() { # expect STATUS WHAT COMMAND...
    local want=$1 what=$2 out status
    shift 2
    n=$((n + 1))
    out=$("$@" 2>&1)
    status=$?
    if [ $status -eq "$want" ]; then
        echo "ok $n - $what"
    else
        echo "not ok $n - $what"
        echo "# exit status $status, expected $want"
        printf '%s\n' "$out" | sed 's/^/# /'
    fi
}
check() { /usr/bin/python3 "$top/tests/lib/check_npz.py" "$@"; }
absent() { [ ! -e "$1" ]; }

train=("$data"/train-{images-idx3,labels-idx1}-ubyte.gz)
tests=("$data"/t10k-{images-idx3,labels-idx1}-ubyte.gz)
expect 0 "packs train and test parts" \
    "$prune" dataset "${train[@]}" "${tests[@]}" -o "$dir/all.npz"
expect 0 "as numpy reads them" check "$dir/all.npz" "${train[@]}" "${tests[@]}"
expect 0 "packs one part" "$prune" dataset "${tests[@]}" -o "$dir/one.npz"
expect 0 "as numpy reads it" check "$dir/one.npz" "${tests[@]}"
gzip -dc "${tests[0]}" >"$dir/images.idx"
gzip -dc "${tests[1]}" >"$dir/labels.idx"
expect 0 "packs files that are not compressed" "$prune" dataset \
    "$dir/images.idx" "$dir/labels.idx" -o "$dir/plain.npz"
expect 0 "to the same bytes" cmp "$dir/one.npz" "$dir/plain.npz"

expect 3 "refuses images and labels of different number" \
    "$prune" dataset "${train[0]}" "${tests[1]}" -o "$dir/bad.npz"
head -c 100000 "$dir/images.idx" >"$dir/short.idx"
expect 3 "refuses a file that is cut off" \
    "$prune" dataset "$dir/short.idx" "$dir/labels.idx" -o "$dir/bad.npz"
expect 3 "refuses what is not IDX" \
    "$prune" dataset "$top/README.md" "$dir/labels.idx" -o "$dir/bad.npz"
expect 3 "refuses a file that is missing" \
    "$prune" dataset "$dir/none" "$dir/labels.idx" -o "$dir/bad.npz"
expect 2 "wants labels too" "$prune" dataset "$dir/images.idx" -o "$dir/bad.npz"
expect 0 "leaves no file behind" absent "$dir/bad.npz"
echo "1..$n"

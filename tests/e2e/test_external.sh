#!/bin/bash
# Models whose weights lie in a file beside them, on the command line: they
# are the same models, and come out as one file.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TOP_BUILDDIR:-$top}
prune=$build/prune
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1
n=0

ok() { # ok CONDITION-STATUS WHAT
    n=$((n + 1))
    if [ "$1" = 0 ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"
        sed 's/^/# /' err out 2>/dev/null | head -20
    fi
}
make() { python3 "$top/tests/bench/make_large.py" "$@" 64; }
figure() { # figure FILE KEY
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$@"
}
touch out err

make in.onnx 3 inline && make ext.onnx 3 external
ok $? "two forms of one model"
"$prune" inspect --json in.onnx >in.json 2>err
"$prune" inspect --json ext.onnx >ext.json 2>err
ok $? "inspect reads external data"
[ "$(figure in.json nonzeros)" = "$(figure ext.json nonzeros)" ]
ok $? "the weights are the same"
[ "$(figure ext.json bytes)" = "$(cat ext.onnx ext.onnx.data | wc -c)" ]
ok $? "the size is that of both files"
[ "$(figure ext.json sha256)" = \
    "$(cat ext.onnx ext.onnx.data | sha256sum | cut -d ' ' -f 1)" ]
ok $? "the hash is that of both files"

for form in in ext; do
    "$prune" run $form.onnx -t weight --sparsity 0.5 -o $form-out.onnx \
        >out 2>err
    ok $? "run takes $form.onnx"
done
[ ! -e ext-out.onnx.data ]
ok $? "the output is one file"
"$prune" inspect --json in-out.onnx >in.json 2>err
rm ext.onnx.data
"$prune" inspect --json ext-out.onnx >ext.json 2>err
ok $? "which needs nothing beside it"
[ "$(figure in.json nonzeros)" = "$(figure ext.json nonzeros)" ]
ok $? "and has the same zeros"

# refused WHAT PATTERN
refused() {
    "$prune" inspect ext.onnx >out 2>err
    [ $? = 3 ] && [ "$(wc -l <err)" = 1 ] && grep -q -e "$2" err
    ok $? "$1"
}
refused "a missing file is named" "'ext.onnx.data'; put that file beside"
head -c 20000 /dev/zero >ext.onnx.data
refused "a short file is named" "'ext.onnx.data', which has 20000"
rm ext.onnx.data && ln -s in.onnx ext.onnx.data
refused "links are not followed" 'symbolic link'
[ -z "$(find . -name 'prune-*' -o -name '*.onnx.??????')" ]
ok $? "nothing is left behind"
echo "1..$n"

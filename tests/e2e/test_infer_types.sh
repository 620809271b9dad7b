#!/bin/bash
# `prune infer` takes inputs and writes outputs of any type, of sizes that
# only a run knows too; `prune run -t weight` needs none of that.
. "$(dirname "$0")/lib.sh"
"$python" - "$work" <<'PY' || fail "the model is made"
import sys
import numpy as np, onnx
from onnx import helper as h, numpy_helper as nh, TensorProto as T
work = sys.argv[1]
table = (np.arange(40, dtype=np.float32) - 20).reshape(10, 4)
g = h.make_graph(
    [h.make_node("Gather", ["table", "ids"], ["e"]),
     h.make_node("ArgMax", ["e"], ["label"], axis=2, keepdims=0),
     h.make_node("NonZero", ["mask"], ["where"]),
     h.make_node("Cast", ["half"], ["double"], to=T.DOUBLE)],
    "g",
    [h.make_tensor_value_info("ids", T.INT64, ["n", 3]),
     h.make_tensor_value_info("mask", T.BOOL, ["n", 3]),
     h.make_tensor_value_info("half", T.FLOAT16, ["n", 2])],
    [h.make_tensor_value_info("e", T.FLOAT, ["n", 3, 4]),
     h.make_tensor_value_info("label", T.INT64, ["n", 3]),
     h.make_tensor_value_info("where", T.INT64, [2, "k"]),
     h.make_tensor_value_info("double", T.DOUBLE, ["n", 2])],
    [nh.from_array(table, "table")])
onnx.save(h.make_model(g, opset_imports=[h.make_opsetid("", 13)], ir_version=7),
          work + "/m.onnx")
np.save(work + "/ids.npy", np.array([[1, 2, 3], [9, 0, 5]], np.int64))
np.save(work + "/ids32.npy", np.zeros((2, 3), np.int32))
np.save(work + "/mask.npy", np.array([[1, 0, 1], [0, 0, 1]], bool))
np.save(work + "/half.npy", np.array([[0.5, 2], [3, -1]], np.float16))
PY
ok "inputs of three types" "$prune" infer "$work/m.onnx" --input "ids=$work/ids.npy" \
    --input "mask=$work/mask.npy" --input "half=$work/half.npy" --output-dir "$work/out"
ok "outputs have the types and values that they should" "$python" - "$work" <<'PY'
import sys, numpy as np
work = sys.argv[1]
get = lambda n: np.load(f"{work}/out/{n}.npy")
table = (np.arange(40, dtype=np.float32) - 20).reshape(10, 4)
ids, mask = np.load(work + "/ids.npy"), np.load(work + "/mask.npy")
for name, want in (("e", table[ids]), ("label", table[ids].argmax(2)),
                   ("where", np.array(mask.nonzero())),
                   ("double", np.load(work + "/half.npy").astype(np.float64))):
    x = get(name)
    assert x.dtype == want.dtype and np.array_equal(x, want), (name, x, want)
PY
message=$("$prune" infer "$work/m.onnx" --input "ids=$work/ids32.npy" \
    --input "mask=$work/mask.npy" --input "half=$work/half.npy" --output-dir "$work/o2" 2>&1)
is "$?" 3 "another type is refused"
like "$message" 'input ids wants int64, .* holds int32' "with both named"
"$prune" run "$work/m.onnx" -t weight --sparsity 0.5 -o "$work/p.onnx" >"$work/told"
is "$?" 0 "its weights can be pruned"
ok "symbolic sizes stay symbolic" "$python" -c '
import onnx, sys
m = onnx.load(sys.argv[1])
assert [d.dim_param or d.dim_value for d in m.graph.input[0].type.tensor_type.shape.dim] == ["n", 3]
assert m.graph.output[2].type.tensor_type.shape.dim[1].dim_param == "k"
' "$work/p.onnx"
finish

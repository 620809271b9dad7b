#!/usr/bin/python3
"""Make the files of tests/data/bad: what a reader must survive.

usage: make_bad.py

Needs python3-onnx. Tests only read what this script once wrote. Some files
are damaged or lie about their sizes, others are fine ONNX that this product
cannot run and has to refuse by name; bad/README.md says which is which.
"""
import os

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bad")
F32 = TensorProto.FLOAT
written = []


def write(name, data, why):
    if not isinstance(data, bytes):
        data = data.SerializeToString()
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(data)
    written.append((name, why))


def value(name, shape, kind=F32):
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, initializers=(), inputs=None, outputs=None, domains=()):
    graph = helper.make_graph(
        nodes, "g", inputs or [value("x", ["N", 4])],
        outputs or [value("y", ["N", 3])], initializer=list(initializers))
    opsets = [helper.make_opsetid("", 13)]
    opsets += [helper.make_opsetid(d, 1) for d in domains]
    return helper.make_model(graph, producer_name="make_bad",
                             opset_imports=opsets, ir_version=7)


def weights(name="w", shape=(3, 4)):
    w = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 10
    return numpy_helper.from_array(w, name)


def tensor(dims, raw, kind=F32, name="w"):
    t = TensorProto()
    t.name = name
    t.data_type = kind
    t.dims.extend(dims)
    t.raw_data = raw
    return t


def gemm(**more):
    return helper.make_node("Gemm", ["x", "w"], ["y"], name="fc", transB=1,
                            **more)


def with_weights(t):
    return model([gemm()], [t])


def damaged_files():
    good = model([gemm()], [weights()]).SerializeToString()
    write("empty.onnx", b"", "no byte at all")
    write("not-onnx.bin", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2,
          "another kind of file")
    write("text.onnx", b"<!DOCTYPE html>\n<p>404 Not Found</p>\n",
          "a web page, as a failed download leaves it")
    write("truncated.onnx", good[:len(good) * 2 // 3], "cut off")
    write("no-graph.onnx", helper.make_model(
        helper.make_graph([], "g", [], [])).SerializeToString()[:2],
          "a model without a graph")
    write("nested-lengths.onnx", b"\x3a\xff\xff\xff\xff\x0f" + b"\x0a" * 64,
          "a length of 4 GiB in a file of 70 bytes")
    write("deep.onnx", deep(60), "graphs nested 60 deep")


def deep(levels):
    """An If in an If in an If."""
    true = numpy_helper.from_array(np.array(True), "c")
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=weights("k"))], "leaf",
        [], [value("y", [3, 4])])
    for level in range(levels):
        node = helper.make_node("If", ["c"], ["y"], then_branch=inner,
                                else_branch=inner if level == 0 else leaf())
        inner = helper.make_graph([node], f"g{level}", [],
                                  [value("y", [3, 4])])
    inner.initializer.append(true)
    return helper.make_model(inner, opset_imports=[helper.make_opsetid(
        "", 13)], ir_version=7)


def leaf():
    return helper.make_graph(
        [helper.make_node("Constant", [], ["y"], value=weights("k", (3, 4)))],
        "leaf", [], [value("y", [3, 4])])


def lying_tensors():
    raw = np.zeros(12, np.float32).tobytes()
    write("raw-too-short.onnx", with_weights(tensor([3, 4], raw[:20])),
          "raw_data holds 5 of 12 values")
    write("raw-too-long.onnx", with_weights(tensor([3, 4], raw + raw)),
          "raw_data holds 24 values for 12")
    write("dims-overflow.onnx",
          with_weights(tensor([1 << 33, 1 << 33], raw)),
          "the product of the dimensions is beyond 64 bits")
    write("dims-wrap-to-0.onnx",
          with_weights(tensor([1 << 62, 4, 3], raw)),
          "the product wraps around to 0")
    write("dims-huge.onnx", with_weights(tensor([1 << 40, 4], raw)),
          "16 TiB are said to be there")
    write("dims-negative.onnx", with_weights(tensor([-3, 4], raw)),
          "a negative dimension")
    write("dims-negative-pair.onnx", with_weights(tensor([-3, -4], raw)),
          "two negative dimensions, their product fits")
    write("dims-many.onnx", with_weights(tensor([1] * 300 + [3, 4], raw)),
          "302 dimensions")
    write("type-unknown.onnx",
          with_weights(tensor([3, 4], raw, kind=99)), "element type 99")
    both = tensor([3, 4], raw)
    both.float_data.extend([1.0] * 12)
    write("two-values.onnx", with_weights(both),
          "raw_data and float_data at once")
    few = TensorProto(name="w", data_type=F32, dims=[3, 4])
    few.float_data.extend([1.0] * 7)
    write("float-data-too-short.onnx", with_weights(few),
          "float_data holds 7 of 12 values")


def outside_files():
    for name, location in (("parent", "../../../etc/passwd"),
                           ("absolute", "/etc/passwd"),
                           ("missing", "nowhere.data")):
        t = TensorProto(name="w", data_type=F32, dims=[3, 4],
                        data_location=TensorProto.EXTERNAL)
        for key, text in (("location", location), ("offset", "0"),
                          ("length", "48")):
            t.external_data.add(key=key, value=text)
        write(f"external-{name}.onnx", with_weights(t),
              f"weights in the file {location}")


def broken_graphs():
    relu = helper.make_node
    write("cycle.onnx", model(
        [relu("Add", ["x", "b"], ["a"], name="one"),
         relu("Relu", ["a"], ["b"], name="two"),
         relu("Gemm", ["b", "w"], ["y"], name="fc", transB=1)],
        [weights()]), "two nodes feed each other")
    write("self-loop.onnx", model(
        [relu("Add", ["x", "y"], ["y"], name="one")],
        outputs=[value("y", ["N", 4])]), "a node feeds itself")
    write("unsorted.onnx", model(
        [relu("Gemm", ["a", "w"], ["y"], name="fc", transB=1),
         relu("Relu", ["x"], ["a"], name="late")], [weights()]),
          "nodes out of order")
    write("missing-input.onnx", model(
        [relu("Gemm", ["x"], ["y"], name="fc")], [weights()]),
          "a Gemm with one input")
    write("unknown-input.onnx", model(
        [relu("Gemm", ["x", "nothing"], ["y"], name="fc")]),
          "an input that no one makes")
    write("no-output.onnx", model(
        [relu("Gemm", ["x", "w"], [], name="fc", transB=1)], [weights()]),
          "a node without an output; the graph's output is made by none")
    write("duplicate-outputs.onnx", model(
        [gemm(), relu("Gemm", ["x", "w"], ["y"], name="fc2", transB=1)],
        [weights()]), "two nodes make the same value")
    write("duplicate-initializers.onnx", model(
        [gemm()], [weights(), weights(shape=(3, 4))]),
          "two initializers of one name")
    write("wrong-width.onnx", model([gemm()], [weights(shape=(3, 5))]),
          "4 features meet 5 inputs")
    write("attribute-type.onnx", model(
        [relu("Conv", ["x", "w"], ["y"], name="conv", strides="two")],
        [weights(shape=(3, 1, 3, 3))], [value("x", ["N", 1, 8, 8])],
        [value("y", ["N", 3, 6, 6])]), "strides that are a text")
    write("stride-zero.onnx", model(
        [relu("Conv", ["x", "w"], ["y"], name="conv", strides=[0, 0])],
        [weights(shape=(3, 1, 3, 3))], [value("x", ["N", 1, 8, 8])],
        [value("y", ["N", 3, 6, 6])]), "a stride of zero")
    write("group-zero.onnx", model(
        [relu("Conv", ["x", "w"], ["y"], name="conv", group=0)],
        [weights(shape=(3, 1, 3, 3))], [value("x", ["N", 1, 8, 8])],
        [value("y", ["N", 3, 6, 6])]), "no group")
    write("pads-huge.onnx", model(
        [relu("Conv", ["x", "w"], ["y"], name="conv",
              pads=[1 << 40] * 4)],
        [weights(shape=(3, 1, 3, 3))], [value("x", ["N", 1, 8, 8])],
        [value("y", ["N", 3, "H", "W"])]), "an output of 2^82 values")


def unsupported():
    write("custom-op.onnx", model(
        [helper.make_node("Frobnicate", ["x"], ["a"], name="frob",
                          domain="com.example", level=3),
         helper.make_node("Gemm", ["a", "w"], ["y"], name="fc", transB=1)],
        [weights()], domains=["com.example"]),
          "valid; an operator of another domain")
    condition = numpy_helper.from_array(np.array(True), "c")
    then = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w"], ["a"], name="fc", transB=1)],
        "then", [], [value("a", ["N", 3])])
    other = helper.make_graph(
        [helper.make_node("Gemm", ["x", "v"], ["b"], name="fv", transB=1)],
        "other", [], [value("b", ["N", 3])], [weights("v")])
    write("if-subgraph.onnx", model(
        [helper.make_node("If", ["c"], ["y"], name="choice",
                          then_branch=then, else_branch=other)],
        [weights(), condition]), "valid; weights used inside an If")


def main():
    os.makedirs(OUT, exist_ok=True)
    for old in os.listdir(OUT):
        os.remove(os.path.join(OUT, old))
    damaged_files()
    lying_tensors()
    outside_files()
    broken_graphs()
    unsupported()
    with open(os.path.join(OUT, "README.md"), "w") as f:
        f.write("# Files that a reader must survive\n\n"
                "Made by `../make_bad.py`.\n\n| file | what it is |\n"
                "| --- | --- |\n")
        for name, why in sorted(written):
            f.write(f"| `{name}` | {why} |\n")


if __name__ == "__main__":
    main()

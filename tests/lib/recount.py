#!/usr/bin/python3
"""Count a model again, with code that shares nothing with the product.

usage: recount.py MODEL... [--json]

Per model: parameters, prunable (the weights that pruning may take), nonzeros
(of all parameters), prunable_nonzeros, and macs of one sample. Shapes come
from onnx.shape_inference with every symbolic size 1. With --json one line a
model; a model that cannot be counted has "error", and the exit status is 1.
"""
import argparse
import json
import math
import sys

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

# Inputs that hold learned parameters; of these, inputs that hold weights
# which pruning may take.
LEARNED = {
    "Conv": (1, 2), "ConvTranspose": (1, 2), "Gemm": (0, 1, 2),
    "MatMul": (0, 1), "Gather": (0,), "BatchNormalization": (1, 2, 3, 4),
    "InstanceNormalization": (1, 2), "LayerNormalization": (1, 2),
    "GroupNormalization": (1, 2), "PRelu": (1,), "LSTM": (1, 2, 3, 7),
    "GRU": (1, 2, 3), "RNN": (1, 2, 3), "Add": (0, 1), "Sub": (0, 1),
    "Mul": (0, 1), "Div": (0, 1),
}
PRUNABLE = {
    "Conv": (1,), "ConvTranspose": (1,), "Gemm": (0, 1), "MatMul": (0, 1),
    "Gather": (0,), "LSTM": (1, 2), "GRU": (1, 2), "RNN": (1, 2),
}
# Between these and a constant stands a learned value only where it has more
# than one element: x + 3 of a hard swish is no parameter.
ELEMENTWISE = ("Add", "Sub", "Mul", "Div")
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def attribute(node, name, default):
    for a in node.attribute:
        if a.name == name:
            return onnx.helper.get_attribute_value(a)
    return default


def constants(graph):
    """Name to array, for initializers, Constant nodes, and Identity of
    either; names of one tensor share one array."""
    found = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            value = attribute(node, "value", None)
            if value is not None:
                found[node.output[0]] = numpy_helper.to_array(value)
        elif node.op_type == "Identity" and node.input[0] in found:
            found[node.output[0]] = found[node.input[0]]
    return found


def small_integers(graph, known, values):
    """Evaluates the integer arithmetic with which exporters compute the
    shapes that Reshape and Expand take."""
    found = {n: v for n, v in values.items() if v.dtype.kind == "i"}
    for node in graph.node:
        given = [found.get(i) for i in node.input]
        if node.op_type == "Shape" and node.input[0] in known:
            start = attribute(node, "start", 0)
            end = attribute(node, "end", None)
            result = np.array(known[node.input[0]][start:end], np.int64)
        elif not given or any(g is None for g in given):
            continue
        elif node.op_type == "Gather":
            result = np.take(given[0], given[1], attribute(node, "axis", 0))
        elif node.op_type == "Concat":
            result = np.concatenate(given)
        elif node.op_type == "Unsqueeze":
            result = given[0].reshape(1)
        elif node.op_type in ("Squeeze", "Cast", "Identity"):
            result = given[0].reshape(()) if node.op_type == "Squeeze" \
                else given[0]
        elif node.op_type == "Slice":
            axis = int(given[3][0]) if len(given) > 3 else 0
            step = int(given[4][0]) if len(given) > 4 else 1
            assert axis == 0 and step > 0
            result = given[0][int(given[1][0]):int(given[2][0]):step]
        elif node.op_type == "Reshape":
            result = given[0].reshape(given[1])
        elif node.op_type == "ConstantOfShape":
            fill = attribute(node, "value", None)
            if fill is None:
                continue
            result = np.full(given[0], numpy_helper.to_array(fill)[0])
        elif node.op_type == "Equal":
            result = given[0] == given[1]
        elif node.op_type == "Where":
            result = np.where(given[0] != 0, given[1], given[2])
        elif node.op_type == "Div":
            result = given[0] // given[1]
        elif node.op_type in ("Add", "Sub", "Mul"):
            result = {"Add": np.add, "Sub": np.subtract,
                      "Mul": np.multiply}[node.op_type](*given)
        else:
            continue
        found[node.output[0]] = np.asarray(result, np.int64)
    return found


def shapes(model):
    """Name to dimensions, with symbolic sizes 1. Shapes that are computed
    become constants, one after the other."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    for value in fixed.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if not dim.HasField("dim_value"):
                dim.dim_value = 1
    for values in (fixed.graph.output, fixed.graph.value_info):
        for value in values:
            value.type.tensor_type.ClearField("shape")
    del fixed.graph.value_info[:]
    while True:
        known = inferred(fixed)
        values = constants(fixed.graph)
        numbers = small_integers(fixed.graph, known, values)
        todo = [n for n in fixed.graph.node
                if n.op_type in ("Reshape", "Expand") and
                n.input[1] not in values and n.input[1] in numbers]
        if not todo:
            return known
        for node in todo:
            name = node.input[1] + "/counted"
            fixed.graph.initializer.append(
                numpy_helper.from_array(numbers[node.input[1]], name))
            node.input[1] = name


def inferred(model):
    graph = shape_inference.infer_shapes(
        model, strict_mode=True, data_prop=True).graph
    known = {}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        shape = value.type.tensor_type
        if shape.HasField("shape") and all(
                d.HasField("dim_value") for d in shape.shape.dim):
            known[value.name] = [d.dim_value for d in shape.shape.dim]
    return known


def count_macs(node, dims):
    """Multiply-accumulates of one node; `dims` gives a value's shape."""
    op = node.op_type
    if op == "Conv":
        return math.prod(dims(node.output[0])) * math.prod(
            dims(node.input[1])[1:])
    if op == "ConvTranspose":
        return math.prod(dims(node.input[0])) * math.prod(
            dims(node.input[1])[1:])
    if op == "Gemm":
        a = dims(node.input[0])
        inner = a[0] if attribute(node, "transA", 0) else a[1]
        return math.prod(dims(node.output[0])) * inner
    if op == "MatMul":
        return math.prod(dims(node.output[0])) * dims(node.input[0])[-1]
    if op in GATES:
        steps, batch = dims(node.input[0])[:2]
        return steps * batch * (math.prod(dims(node.input[1])) +
                                math.prod(dims(node.input[2])))
    return 0


def recount(model):
    graph = model.graph
    values = constants(graph)
    known = shapes(model)

    def dims(name):
        if name in values:
            return list(values[name].shape)
        if name not in known:
            raise ValueError(f"no shape for {name}")
        return known[name]

    learned, prunable, macs = {}, {}, 0
    for node in graph.node:
        macs += count_macs(node, dims)
        for table, into in ((LEARNED, learned), (PRUNABLE, prunable)):
            for i in table.get(node.op_type, ()):
                array = values.get(node.input[i]) if i < len(
                    node.input) else None
                if array is None or array.dtype.kind != "f":
                    continue
                if node.op_type in ELEMENTWISE and array.size == 1:
                    continue
                into[id(array)] = array

    def total(arrays, of):
        return int(sum(of(a) for a in arrays.values()))

    return {
        "parameters": total(learned, np.size),
        "prunable": total(prunable, np.size),
        "nonzeros": total(learned, np.count_nonzero),
        "prunable_nonzeros": total(prunable, np.count_nonzero),
        "macs": int(macs),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    bad = False
    for path in args.models:
        try:
            row = recount(onnx.load(path))
        except Exception as error:
            row = {"error": " ".join(str(error).split())}
            bad = True
        if args.json:
            print(json.dumps({"model": path, **row}))
        else:
            print(path + ": " + ", ".join(f"{k} {v}" for k, v in row.items()))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

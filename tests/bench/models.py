#!/usr/bin/python3
"""Writes the networks that dense.py times, with random weights.

usage: models.py FOLDER [NAME...]

The shapes are those of common classifiers on 28x28 images, and of
ResNet-50, MobileNetV2 and BERT base; the nodes are those that PyTorch's
exporter writes at operator set 13: batch normalisation folded into the
convolutions, LayerNorm and Gelu decomposed, sizes taken from Shape nodes.
The first axis of the inputs is symbolic (N). Prints one line a network:
name, family, bytes.
"""
import math
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F32, I64 = TensorProto.FLOAT, TensorProto.INT64


class Net:
    """A graph under construction; values are names."""

    def __init__(self, seed=0):
        self.nodes, self.weights, self.inputs = [], [], []
        self.rng = np.random.default_rng(seed)

    def input(self, name, shape, kind=F32):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def const(self, value, kind=np.float32):
        name = f"c{len(self.weights)}"
        array = np.asarray(value, kind)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def ints(self, *values):
        return self.const(values, np.int64)

    def random(self, *shape, scale=1.0):
        values = self.rng.standard_normal(shape, np.float32)
        return self.const(values * np.float32(scale))

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names,
                                           f"{kind}_{len(self.nodes)}",
                                           **attributes))
        return names[0] if outputs == 1 else names

    def save(self, path, output):
        self.nodes.append(helper.make_node("Identity", [output], ["y"]))
        result = helper.make_tensor_value_info("y", F32, None)
        graph = helper.make_graph(self.nodes, "bench", self.inputs, [result],
                                  self.weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 7
        onnx.save(model, path)


# --- pieces ------------------------------------------------------------

def relu(n, x):
    return n.op("Relu", x)


def relu6(n, x):
    return n.op("Clip", x, n.const(0.0), n.const(6.0))


def hard_swish(n, x):
    gate = n.op("HardSigmoid", x, alpha=1 / 6, beta=0.5)
    return n.op("Mul", x, gate)


def silu(n, x):
    return n.op("Mul", x, n.op("Sigmoid", x))


def leaky(n, x):
    return n.op("LeakyRelu", x, alpha=0.1)


def conv(n, x, i, o, k=1, s=1, g=1, act=None, bias=True, pad=None):
    fan = i // g * k * k
    weights = [n.random(o, i // g, k, k, scale=math.sqrt(1.6 / fan))]
    if bias:
        weights.append(n.random(o, scale=0.1))
    pad = k // 2 if pad is None else pad
    y = n.op("Conv", x, *weights, kernel_shape=[k, k], strides=[s, s],
             pads=[pad] * 4, group=g, dilations=[1, 1])
    return act(n, y) if act else y


def cbr(n, x, i, o, k=3, s=1, g=1, act=relu):
    return conv(n, x, i, o, k, s, g, act)


def max_pool(n, x, k=2, s=2, pad=0):
    return n.op("MaxPool", x, kernel_shape=[k, k], strides=[s, s],
                pads=[pad] * 4)


def linear(n, x, i, o):
    return n.op("Gemm", x, n.random(o, i, scale=math.sqrt(1.6 / i)),
                n.random(o, scale=0.1), transB=1)


def dense(n, x, i, o):
    """A linear layer over the last of three axes."""
    y = n.op("MatMul", x, n.random(i, o, scale=math.sqrt(1.0 / i)))
    return n.op("Add", n.random(o, scale=0.1), y)


def pool_head(n, x, i, o=10):
    x = n.op("Flatten", n.op("GlobalAveragePool", x), axis=1)
    return linear(n, x, i, o)


def mean_head(n, x, i, o=10):
    return linear(n, n.op("ReduceMean", x, axes=[2, 3], keepdims=0), i, o)


def size(n, x, axis):
    """One size of a value, as a list of one."""
    at = n.op("Gather", n.op("Shape", x), n.const(axis, np.int64), axis=0)
    return n.op("Unsqueeze", at, n.ints(0))


def layer_norm(n, x, width):
    centred = n.op("Sub", x, n.op("ReduceMean", x, axes=[-1], keepdims=1))
    square = n.op("Pow", centred, n.const(2.0))
    variance = n.op("ReduceMean", square, axes=[-1], keepdims=1)
    root = n.op("Sqrt", n.op("Add", variance, n.const(1e-5)))
    y = n.op("Mul", n.op("Div", centred, root),
             n.const(1 + 0.1 * n.rng.standard_normal(width)))
    return n.op("Add", y, n.random(width, scale=0.1))


def gelu(n, x):
    e = n.op("Erf", n.op("Div", x, n.const(math.sqrt(2.0))))
    return n.op("Mul", n.op("Mul", x, n.op("Add", e, n.const(1.0))),
                n.const(0.5))


# --- networks of the zoo -----------------------------------------------

def image(n):
    return n.input("x", ["N", 1, 28, 28])


def mlp(widths):
    def build(n):
        x = n.op("Flatten", image(n), axis=1)
        sizes = [784, *widths, 10]
        for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
            x = linear(n, x, a, b)
            if i + 2 < len(sizes):
                x = relu(n, x)
        return x
    return build


def cnn(n):
    x = image(n)
    for i, o in ((1, 32), (32, 64), (64, 128)):
        x = max_pool(n, cbr(n, cbr(n, x, i, o), o, o))
    x = relu(n, linear(n, n.op("Flatten", x, axis=1), 128 * 9, 256))
    return linear(n, x, 256, 10)


def vgg11(n):
    x = max_pool(n, cbr(n, image(n), 1, 64))
    x = max_pool(n, cbr(n, x, 64, 128))
    x = max_pool(n, cbr(n, cbr(n, x, 128, 256), 256, 256))
    x = cbr(n, cbr(n, x, 256, 512), 512, 512)
    x = n.op("Flatten", x, axis=1)
    x = relu(n, linear(n, x, 512 * 9, 4096))
    return linear(n, relu(n, linear(n, x, 4096, 4096)), 4096, 10)


def resnet20(n):
    x, i = cbr(n, image(n), 1, 16), 16
    for k in range(3):
        for j in range(3):
            o, s = 16 << k, 2 if k and j == 0 else 1
            y = conv(n, cbr(n, x, i, o, 3, s), o, o, 3)
            side = x if s == 1 and i == o else conv(n, x, i, o, 1, s)
            x, i = relu(n, n.op("Add", y, side)), o
    return pool_head(n, x, i)


def bottleneck(n, x, i, m, o, s):
    y = cbr(n, cbr(n, x, i, m, 1), m, m, 3, s)
    y = conv(n, y, m, o)
    side = x if s == 1 and i == o else conv(n, x, i, o, 1, s)
    return relu(n, n.op("Add", y, side))


def resnet_bottleneck(n):
    x, i = cbr(n, image(n), 1, 32), 32
    for k in range(3):
        for j in range(2):
            o = (16 << k) * 4
            x = bottleneck(n, x, i, 16 << k, o, 2 if k and j == 0 else 1)
            i = o
    return mean_head(n, x, i)


def squeeze(n, x, c):
    y = n.op("GlobalAveragePool", x)
    y = conv(n, y, c, c // 4, act=relu)
    y = n.op("HardSigmoid", conv(n, y, c // 4, c), alpha=1 / 6, beta=0.5)
    return n.op("Mul", x, y)


def inverted(n, x, i, o, s, e, gate, act):
    h = i * e
    y = cbr(n, x, i, h, 1, act=act) if e > 1 or gate is not None else x
    y = cbr(n, y, h, h, 3, s, h, act)
    if gate:
        y = squeeze(n, y, h)
    y = conv(n, y, h, o)
    return n.op("Add", x, y) if s == 1 and i == o else y


def mobilenet(v3):
    act = hard_swish if v3 else relu6

    def build(n):
        x, i = cbr(n, image(n), 1, 16, act=act), 16
        for e, o, count, s in ((1, 16, 1, 1), (4, 24, 2, 2), (4, 32, 3, 2),
                               (4, 64, 3, 1), (6, 96, 2, 1)):
            for j in range(count):
                x = inverted(n, x, i, o, s if j == 0 else 1, e,
                             v3 and j == 0, act)
                i = o
        return pool_head(n, cbr(n, x, i, 256, 1, act=act), 256)
    return build


def norm(n, x, c):
    return n.op("BatchNormalization", x,
                n.const(1 + 0.1 * n.rng.standard_normal(c)),
                n.random(c, scale=0.1), n.random(c, scale=0.1),
                n.const(1 + 0.1 * n.rng.random(c)), epsilon=1e-5)


def densenet(n):
    x, c, g = conv(n, image(n), 1, 24, 3, bias=False), 24, 12
    for k in range(3):
        for _ in range(4):
            y = conv(n, relu(n, norm(n, x, c)), c, 4 * g, act=relu)
            y = conv(n, y, 4 * g, g, 3, bias=False)
            x, c = n.op("Concat", x, y, axis=1), c + g
        x = relu(n, norm(n, x, c))
        if k < 2:
            x = conv(n, x, c, c // 2, bias=False)
            x = n.op("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
            c //= 2
    return pool_head(n, x, c)


def inception(n):
    def block(x, i, a, b, c, d):
        parts = [cbr(n, x, i, a, 1),
                 cbr(n, cbr(n, x, i, b // 2, 1), b // 2, b),
                 cbr(n, cbr(n, x, i, c // 2, 1), c // 2, c, 5),
                 cbr(n, max_pool(n, x, 3, 1, 1), i, d, 1)]
        return n.op("Concat", *parts, axis=1)
    x = max_pool(n, cbr(n, cbr(n, image(n), 1, 32), 32, 32))
    x = max_pool(n, block(x, 32, 16, 32, 16, 16))
    x = block(block(x, 80, 32, 64, 24, 24), 144, 48, 96, 24, 24)
    return mean_head(n, x, 192)


def grouped(n):
    def shuffle(x, c, h):
        x = n.op("Reshape", x, n.op("Concat", size(n, x, 0),
                                    n.ints(4, c // 4, h, h), axis=0))
        x = n.op("Transpose", x, perm=[0, 2, 1, 3, 4])
        return n.op("Reshape", x, n.op("Concat", size(n, x, 0),
                                       n.ints(c, h, h), axis=0))
    x = cbr(n, image(n), 1, 32)
    x = cbr(n, shuffle(cbr(n, x, 32, 64, 3, 2, 4), 64, 14), 64, 64, 1, 1, 4)
    x = shuffle(cbr(n, x, 64, 128, 3, 2, 4), 128, 7)
    return pool_head(n, cbr(n, x, 128, 128, 1), 128)


def vit(n):
    d, heads = 64, 4
    x = conv(n, image(n), 1, d, 4, 4, pad=0)
    x = n.op("Reshape", x, n.op("Concat", size(n, x, 0), n.ints(d, -1),
                                axis=0))
    x = n.op("Transpose", x, perm=[0, 2, 1])
    token = n.op("Expand", n.random(1, 1, d),
                 n.op("Concat", size(n, x, 0), n.ints(1, d), axis=0))
    x = n.op("Concat", token, x, axis=1)
    x = n.op("Add", x, n.random(1, 50, d, scale=0.02))
    for _ in range(4):
        y = layer_norm(n, x, d)
        batch, length = size(n, y, 0), size(n, y, 1)
        y = n.op("Reshape", dense(n, y, d, 3 * d),
                 n.op("Concat", batch, length, n.ints(3, heads, d // heads),
                      axis=0))
        y = n.op("Transpose", y, perm=[2, 0, 3, 1, 4])
        q, k, v = (n.op("Squeeze", part, n.ints(0)) for part in
                   n.op("Split", y, outputs=3, axis=0))
        a = n.op("MatMul", q, n.op("Transpose", k, perm=[0, 1, 3, 2]))
        a = n.op("Div", a, n.const(math.sqrt(d // heads)))
        a = n.op("MatMul", n.op("Softmax", a, axis=-1), v)
        a = n.op("Reshape", n.op("Transpose", a, perm=[0, 2, 1, 3]),
                 n.op("Concat", batch, length, n.ints(d), axis=0))
        x = n.op("Add", x, dense(n, a, d, d))
        y = gelu(n, dense(n, layer_norm(n, x, d), d, 4 * d))
        x = n.op("Add", x, dense(n, y, 4 * d, d))
    x = n.op("Gather", layer_norm(n, x, d), n.const(0, np.int64), axis=1)
    return linear(n, x, d, 10)


def recurrent(kind, gates, hidden=128, directions=1, **attributes):
    def build(n):
        x = n.op("Squeeze", image(n), n.ints(1))
        x, width = n.op("Transpose", x, perm=[1, 0, 2]), 28
        for _ in range(2):
            state = n.op("ConstantOfShape", n.op(
                "Concat", n.ints(directions), size(n, x, 1), n.ints(hidden),
                axis=0))
            scale = 1 / math.sqrt(hidden)
            weights = [n.random(directions, gates * hidden, i, scale=scale)
                       for i in (width, hidden)]
            bias = n.random(directions, 2 * gates * hidden, scale=0.1)
            states = [state] * (2 if kind == "LSTM" else 1)
            y = n.op(kind, x, *weights, bias, "", *states,
                     outputs=len(states) + 1, hidden_size=hidden,
                     **attributes)[0]
            y = n.op("Transpose", y, perm=[0, 2, 1, 3])
            width = directions * hidden
            x = n.op("Reshape", y, n.ints(0, 0, width))
        x = n.op("Gather", x, n.const(-1, np.int64), axis=0)
        return linear(n, x, width, 10)
    return build


def unetish(n):
    a = cbr(n, image(n), 1, 16, act=leaky)
    b = cbr(n, a, 16, 32, 3, 2, act=leaky)
    c = conv(n, b, 32, 64, 3, 2)
    c = n.op("PRelu", c, n.const(np.full((1, 1, 1), 0.25)))
    c = n.op("ConvTranspose", c, n.random(64, 32, 2, 2, scale=0.1),
             n.random(32, scale=0.1), kernel_shape=[2, 2], strides=[2, 2])
    y = cbr(n, n.op("Concat", c, b, axis=1), 64, 32, act=leaky)
    y = n.op("Resize", y, "", n.const([1.0, 1.0, 2.0, 2.0]), mode="nearest",
             coordinate_transformation_mode="asymmetric",
             nearest_mode="floor")
    y = cbr(n, n.op("Concat", y, a, axis=1), 48, 32, act=silu)
    return mean_head(n, y, 32)


# --- large ones --------------------------------------------------------

def resnet50(n):
    x = cbr(n, n.input("x", ["N", 3, 224, 224]), 3, 64, 7, 2)
    x, i = max_pool(n, x, 3, 2, 1), 64
    for k, count in enumerate((3, 4, 6, 3)):
        for j in range(count):
            m = 64 << k
            x = bottleneck(n, x, i, m, 4 * m, 2 if k and j == 0 else 1)
            i = 4 * m
    return pool_head(n, x, i, 1000)


def mobilenetv2_224(n):
    x = cbr(n, n.input("x", ["N", 3, 224, 224]), 3, 32, 3, 2, act=relu6)
    i = 32
    for e, o, count, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2),
                           (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                           (6, 320, 1, 1)):
        for j in range(count):
            x = inverted(n, x, i, o, s if j == 0 else 1, e, None, relu6)
            i = o
    return pool_head(n, cbr(n, x, i, 1280, 1, act=relu6), 1280, 1000)


def bert(layers, d, heads, length, vocabulary):
    """vocabulary 0: embeddings come in as floats."""
    def embeddings(n):
        if not vocabulary:
            x = n.input("embeddings", ["N", length, d])
            return x, n.input("attention_mask", ["N", length])
        ids = n.input("input_ids", ["N", length], I64)
        x = n.op("Gather", n.random(vocabulary, d, scale=0.5), ids)
        kinds = n.input("token_type_ids", ["N", length], I64)
        x = n.op("Add", x, n.op("Gather", n.random(2, d, scale=0.1), kinds))
        mask = n.input("attention_mask", ["N", length], I64)
        return x, n.op("Cast", mask, to=F32)

    def split(n, x):
        shape = n.op("Concat", size(n, x, 0), size(n, x, 1),
                     n.ints(heads, d // heads), axis=0)
        return n.op("Reshape", x, shape)

    def build(n):
        x, mask = embeddings(n)
        x = n.op("Add", x, n.random(1, length, d, scale=0.1))
        x = layer_norm(n, x, d)
        mask = n.op("Unsqueeze", mask, n.ints(1, 2))
        mask = n.op("Mul", n.op("Sub", n.const(1.0), mask),
                    n.const(-10000.0))
        for _ in range(layers):
            q = n.op("Transpose", split(n, dense(n, x, d, d)),
                     perm=[0, 2, 1, 3])
            k = n.op("Transpose", split(n, dense(n, x, d, d)),
                     perm=[0, 2, 3, 1])
            v = n.op("Transpose", split(n, dense(n, x, d, d)),
                     perm=[0, 2, 1, 3])
            a = n.op("Div", n.op("MatMul", q, k),
                     n.const(math.sqrt(d // heads)))
            a = n.op("Softmax", n.op("Add", a, mask), axis=-1)
            a = n.op("Transpose", n.op("MatMul", a, v), perm=[0, 2, 1, 3])
            shape = n.op("Concat", size(n, a, 0), size(n, a, 1), n.ints(d),
                         axis=0)
            a = dense(n, n.op("Reshape", a, shape), d, d)
            x = layer_norm(n, n.op("Add", a, x), d)
            y = dense(n, gelu(n, dense(n, x, d, 4 * d)), 4 * d, d)
            x = layer_norm(n, n.op("Add", y, x), d)
        x = n.op("Gather", x, n.const(0, np.int64), axis=1)
        return n.op("Tanh", linear(n, x, d, d))
    return build


# name: (family, how)
NETWORKS = {
    "mlp": ("other", mlp((1024, 1024))),
    "lenet300": ("other", mlp((300, 100))),
    "cnn": ("conv", cnn),
    "vgg11": ("conv", vgg11),
    "resnet20": ("conv", resnet20),
    "resnet_bottleneck": ("conv", resnet_bottleneck),
    "mobilenetv2": ("conv", mobilenet(False)),
    "mobilenetv3": ("conv", mobilenet(True)),
    "densenet": ("conv", densenet),
    "inception": ("conv", inception),
    "grouped": ("conv", grouped),
    "unetish": ("conv", unetish),
    "vit": ("sequence", vit),
    "lstm": ("sequence", recurrent("LSTM", 4)),
    "gru": ("sequence", recurrent("GRU", 3, linear_before_reset=1)),
    "lstm_both": ("sequence", recurrent("LSTM", 4, 64, 2,
                                        direction="bidirectional")),
    "resnet50": ("conv", resnet50),
    "mobilenetv2_224": ("conv", mobilenetv2_224),
    "bert_base": ("sequence", bert(12, 768, 12, 128, 0)),
    "bert_ids": ("sequence", bert(4, 256, 4, 64, 8000)),
}


def main():
    folder, names = sys.argv[1], sys.argv[2:] or list(NETWORKS)
    os.makedirs(folder, exist_ok=True)
    for name in names:
        family, build = NETWORKS[name]
        path = os.path.join(folder, name + ".onnx")
        if not os.path.exists(path):
            n = Net()
            n.save(path + ".part", build(n))
            os.rename(path + ".part", path)
        print(name, family, os.path.getsize(path))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Make the networks of tests/data/models, and what ONNX Runtime gives on them.

usage: make_models.py [NAME...]

Needs python3-torch, python3-onnx and, for the reference outputs, the node
modules of tests/browser. Tests only read what this script once wrote.

Each architecture is small but has the structure of its full-size relative.
None is trained: their normalisations get uneven scales and shifts and the
statistics of real passes, so that nothing is trivially one or zero and
outputs have a plausible size. `lenet300` and `resnet20` are not made here;
those two were trained on Fashion-MNIST (89.86 % and 91.97 %).

A name is ARCHITECTURE[-OPSET][-bn][-shared]: opset 13 and folded
normalisations where it says nothing. In `-shared` ones the normalisations are
as they were born, so that many tensors are equal and the exporter lets layers
share one through Identity nodes.
"""
import os
import subprocess
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "models")


def unit(i, o, k=3, stride=1, groups=1, act=nn.ReLU):
    """Convolution, normalisation and, unless None, an activation."""
    layers = [nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=False),
              nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


def gap(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


class Head(nn.Module):
    """Features, an optional reduction to [N,C], one linear layer."""

    def __init__(self, features, inputs, reduce=gap):
        super().__init__()
        self.features = features
        self.reduce = reduce
        self.head = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.head(self.reduce(self.features(x)))


class Mlp(nn.Module):
    def __init__(self, widths):
        super().__init__()
        sizes = [784, *widths, 10]
        self.layers = nn.ModuleList(
            nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


def plain(widths, pools, hidden):
    """Convolutions with pooling behind those of `pools`, then linear."""
    layers, channels = [], 1
    for i, width in enumerate(widths):
        layers.append(unit(channels, width))
        channels = width
        if i in pools:
            layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    inputs = channels * 9
    for width in hidden:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(0.3)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, 10))


class Residual(nn.Module):
    """Adds `branch`; the other way is a 1x1 unit where shapes differ."""

    def __init__(self, i, o, stride, branch):
        super().__init__()
        self.branch = branch
        same = stride == 1 and i == o
        self.way = (nn.Identity() if same
                    else unit(i, o, 1, stride, act=None))

    def forward(self, x):
        return F.relu(self.branch(x) + self.way(x))


def resnet(width, blocks=3):
    layers, channels = [unit(1, width)], width
    for stage in range(3):
        for j in range(blocks):
            out, stride = width << stage, 2 if stage and not j else 1
            layers.append(Residual(channels, out, stride, nn.Sequential(
                unit(channels, out, 3, stride), unit(out, out, act=None))))
            channels = out
    return Head(nn.Sequential(*layers), channels)


def resnet_bottleneck(width):
    layers, channels = [unit(1, 2 * width)], 2 * width
    for stage in range(3):
        for j in range(2):
            mid, stride = width << stage, 2 if stage and not j else 1
            layers.append(Residual(channels, 4 * mid, stride, nn.Sequential(
                unit(channels, mid, 1), unit(mid, mid, 3, stride),
                unit(mid, 4 * mid, 1, act=None))))
            channels = 4 * mid
    return Head(nn.Sequential(*layers), channels, lambda x: x.mean((2, 3)))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down = nn.Conv2d(channels, channels // 4, 1)
        self.up = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        gate = F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))
        return x * F.hardsigmoid(self.up(gate))


class Inverted(nn.Module):
    def __init__(self, i, o, stride, expand, excite, act):
        super().__init__()
        hidden = i * expand
        self.branch = nn.Sequential(
            unit(i, hidden, 1, act=act),
            unit(hidden, hidden, 3, stride, hidden, act=act),
            SqueezeExcite(hidden) if excite else nn.Identity(),
            unit(hidden, o, 1, act=None))
        self.skip = stride == 1 and i == o

    def forward(self, x):
        y = self.branch(x)
        return x + y if self.skip else y


def mobilenet(version):
    act = nn.Hardswish if version == 3 else nn.ReLU6
    layers, channels = [unit(1, 8, act=act)], 8
    for expand, out, count, stride in (
            (1, 8, 1, 1), (4, 12, 2, 2), (4, 16, 3, 2), (4, 32, 3, 1),
            (6, 48, 2, 1)):
        for j in range(count):
            layers.append(Inverted(channels, out, 1 if j else stride, expand,
                                   version == 3 and j == 0, act))
            channels = out
    layers.append(unit(channels, 128, 1, act=act))
    return Head(nn.Sequential(*layers), 128)


class Dense(nn.Module):
    def __init__(self, i, growth):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(i), nn.ReLU(),
            nn.Conv2d(i, 4 * growth, 1, bias=False),
            nn.BatchNorm2d(4 * growth), nn.ReLU(),
            nn.Conv2d(4 * growth, growth, 3, 1, 1, bias=False))

    def forward(self, x):
        return torch.cat((x, self.layers(x)), 1)


def densenet(growth=8, count=3):
    channels = 2 * growth
    layers = [nn.Conv2d(1, channels, 3, 1, 1, bias=False)]
    for stage in range(3):
        for _ in range(count):
            layers.append(Dense(channels, growth))
            channels += growth
        layers += [nn.BatchNorm2d(channels), nn.ReLU()]
        if stage < 2:
            layers += [nn.Conv2d(channels, channels // 2, 1, bias=False),
                       nn.AvgPool2d(2)]
            channels //= 2
    return Head(nn.Sequential(*layers), channels)


class Mixed(nn.Module):
    """Four ways side by side: 1x1, 3x3, 5x5, and pooling."""

    def __init__(self, i, a, b, c, d):
        super().__init__()
        self.ways = nn.ModuleList([
            unit(i, a, 1),
            nn.Sequential(unit(i, b // 2, 1), unit(b // 2, b)),
            nn.Sequential(unit(i, c // 2, 1), unit(c // 2, c, 5)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), unit(i, d, 1))])

    def forward(self, x):
        return torch.cat([way(x) for way in self.ways], 1)


def inception():
    features = nn.Sequential(
        unit(1, 16), unit(16, 16), nn.MaxPool2d(2), Mixed(16, 8, 16, 8, 8),
        nn.MaxPool2d(2), Mixed(40, 16, 32, 12, 12),
        Mixed(72, 24, 48, 12, 12))
    return Head(features, 96, lambda x: x.mean((2, 3)))


class Shuffle(nn.Module):
    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        n, c, h, w = x.shape
        x = x.view(n, self.groups, c // self.groups, h, w)
        return x.transpose(1, 2).reshape(n, c, h, w)


def grouped():
    features = nn.Sequential(
        unit(1, 32), unit(32, 64, 3, 2, 4), Shuffle(4),
        unit(64, 64, 1, 1, 4), unit(64, 96, 3, 2, 4), unit(96, 96, 1))
    return Head(features, 96)


NETWORKS = {
    "mlp": lambda: Mlp((128, 128)),
    "cnn": lambda: plain((8, 8, 16, 16, 32, 32), (1, 3, 5), (64,)),
    "vgg11": lambda: plain((8, 16, 32, 32, 64, 64), (0, 1, 3), (256, 256)),
    "resnet": lambda: resnet(8),
    "resnet_bottleneck": lambda: resnet_bottleneck(8),
    "mobilenetv2": lambda: mobilenet(2),
    "mobilenetv3": lambda: mobilenet(3),
    "densenet": densenet,
    "inception": inception,
    "grouped": grouped,
}
NAMES = """mlp mlp-11 cnn cnn-16-bn vgg11 resnet-11 resnet-16
    resnet_bottleneck resnet_bottleneck-16-bn mobilenetv2 mobilenetv2-11-bn
    mobilenetv3 mobilenetv3-11 mobilenetv3-16-bn densenet densenet-16-bn
    resnet_bottleneck-shared mobilenetv2-shared
    inception inception-11-bn grouped grouped-11-bn grouped-16""".split()


def settle(model, shared):
    """Uneven normalisations with the statistics of real passes, and logits
    with a standard deviation of about two."""
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d) and not shared:
            nn.init.uniform_(m.weight, 0.5, 1.5)
            nn.init.normal_(m.bias, std=0.3)
            m.momentum = None
        elif isinstance(m, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(m.weight)
            if m.bias is not None:
                nn.init.normal_(m.bias, std=0.1)
    x = torch.randn(64, 1, 28, 28)
    with torch.no_grad():
        model.train(not shared)
        for _ in range(2):
            model(x)
        model.eval()
        y = model(x)
        last = [m for m in model.modules() if isinstance(m, nn.Linear)][-1]
        last.weight *= 2 / y.std()


def make(name):
    parts = name.split("-")
    keep = "bn" in parts[1:]
    opset = next((int(p) for p in parts[1:] if p.isdigit()), 13)
    torch.manual_seed(sum(name.encode()))
    model = NETWORKS[parts[0]]()
    settle(model, "shared" in parts)
    mode = torch.onnx.TrainingMode
    path = os.path.join(OUT, name + ".onnx")
    torch.onnx.export(
        model, torch.zeros(2, 1, 28, 28), path, opset_version=opset,
        input_names=["x"], output_names=["logits"],
        dynamic_axes={"x": {0: "N"}, "logits": {0: "N"}},
        training=mode.PRESERVE if keep else mode.EVAL,
        do_constant_folding=not keep)
    print(f"{name}: opset {opset}, {os.path.getsize(path)} bytes")


def reference(names):
    """Runs each network in ONNX Runtime on the one common input."""
    x = np.random.default_rng(7).standard_normal((2, 1, 28, 28))
    np.save(os.path.join(OUT, "x.npy"), x.astype(np.float32))
    jobs = "".join(f"{OUT}/{n}.onnx\tx={OUT}/x.npy\t{OUT}/{n}.out\n"
                   for n in names)
    subprocess.run(
        ["node", os.path.join(HERE, "..", "lib", "ort_run.mjs"), "--batch",
         "-"], input=jobs.encode(), check=True)
    for n in names:
        os.rename(f"{OUT}/{n}.out/logits.npy", f"{OUT}/{n}.y.npy")
        os.rmdir(f"{OUT}/{n}.out")


def main():
    torch.set_num_threads(1)
    names = sys.argv[1:] or NAMES
    for name in names:
        make(name)
    if not sys.argv[1:]:
        names = names + ["lenet300", "resnet20"]
    reference(names)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Train the example model on Fashion-MNIST and write it as ONNX.

usage: train.py [--epochs N] [--threads N] [--seed N] [--data DIR] [-o FILE]

Needs the Debian packages python3-torch, python3-onnx, python3-numpy and
dataset-fashion-mnist.
Nothing of the product needs this script: its result, model.onnx, stands
beside it.

The network is a small relative of the classic "convolutions, then fully
connected layers" classifier, shaped so that every pruning technique finds
something to take: five convolutions, four of them of one shape, then five
fully connected layers of one width that hold nine tenths of the weights.

    x [N,1,28,28] -> conv 24 -> pool -> 2 x conv 24 -> pool
                  -> 2 x conv 24 -> pool -> flatten [N,216]
                  -> 5 x fully connected 216 -> fully connected 10 -> logits

In training each of the five equal layers is skipped now and then (stochastic
depth, Huang et al. 2016). This keeps a deep plain stack trainable, and makes
the layers stand in for each other, so that removing some of them after
training costs little. That is a property of this example, said openly: a
network trained without it loses more when whole layers go.

Input pixels are normalised: x = (pixel / 255 - 0.2860) / 0.3530.
"""
import argparse
import gzip
import itertools
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

MEAN, STD = 0.2860, 0.3530
CHANNELS = 24
WIDTH = CHANNELS * 3 * 3
N_EQUAL = 5


def read_idx(path):
    with gzip.open(path) as f:
        raw = f.read()
    dims = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims)


def read_split(folder, prefix):
    images = read_idx(f"{folder}/{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(f"{folder}/{prefix}-labels-idx1-ubyte.gz")
    x = (torch.from_numpy(images.astype(np.float32)) / 255 - MEAN) / STD
    return x[:, None], torch.from_numpy(labels.astype(np.int64))


class Conv(nn.Module):
    """3x3 convolution, normalisation, ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Example(nn.Module):
    def __init__(self, skip):
        super().__init__()
        self.skip = skip
        self.left_out = ()
        c = CHANNELS
        self.features = nn.Sequential(
            Conv(1, c), nn.MaxPool2d(2),
            Conv(c, c), Conv(c, c), nn.MaxPool2d(2),
            Conv(c, c), Conv(c, c), nn.MaxPool2d(2), nn.Flatten())
        self.equal = nn.ModuleList(
            nn.Linear(WIDTH, WIDTH) for _ in range(N_EQUAL))
        self.head = nn.Linear(WIDTH, 10)
        for layer in self.equal:
            # Near the identity: behind a ReLU such a layer passes its input
            # on, and skipping it changes little from the first step.
            nn.init.normal_(layer.weight, std=0.4 / WIDTH ** 0.5)
            layer.weight.data += torch.eye(WIDTH)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.features(x)
        for i, layer in enumerate(self.equal):
            if i in self.left_out:
                continue
            if self.training and torch.rand(()) < self.skip:
                continue
            x = F.relu(layer(x))
        return self.head(F.dropout(x, 0.1, self.training))


def augment(x):
    """Flips half of the images, shifts the batch by up to two pixels."""
    flip = torch.rand(len(x)) < 0.5
    x = torch.where(flip[:, None, None, None], x.flip(3), x)
    dy, dx = torch.randint(0, 5, (2,)).tolist()
    padded = F.pad(x, (2, 2, 2, 2), value=-MEAN / STD)
    return padded[:, :, dy:dy + 28, dx:dx + 28].contiguous()


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        right = sum((model(x[i:i + 500]).argmax(1) == y[i:i + 500]).sum()
                    for i in range(0, len(x), 500))
    return 100 * int(right) / len(x)


def train(model, x, y, epochs, report):
    batch = 128
    steps = epochs * (len(x) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), 4e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 4e-3, total_steps=steps, pct_start=0.2)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x))
        total = 0.0
        for i in range(0, len(x) - batch + 1, batch):
            pick = order[i:i + batch]
            loss = F.cross_entropy(model(augment(x[pick])), y[pick],
                                   label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        report(epoch, total / (len(x) // batch))


def export(model, path):
    model.eval()
    torch.onnx.export(
        model, torch.zeros(2, 1, 28, 28), path, opset_version=13,
        input_names=["x"], output_names=["logits"],
        dynamic_axes={"x": {0: "N"}, "logits": {0: "N"}})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("-o", default=os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "model.onnx"))
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)
    x, y = read_split(args.data, "train")
    x_test, y_test = read_split(args.data, "t10k")
    model = Example(skip=0.3)
    start = time.time()

    def report(epoch, loss):
        print(f"epoch {epoch + 1}: loss {loss:.4f}, train (first 10,000) "
              f"{accuracy(model, x[:10000], y[:10000]):.2f} %, "
              f"{time.time() - start:.0f} s", flush=True)

    train(model, x, y, args.epochs, report)
    export(model, args.o)
    print(f"{args.o}: {os.path.getsize(args.o)} bytes, test accuracy "
          f"{accuracy(model, x_test, y_test):.2f} %")
    # How well the equal layers stand in for each other, on training images.
    for left_out in itertools.combinations(range(N_EQUAL), 3):
        model.left_out = left_out
        print(f"without the equal layers {left_out}: train "
              f"{accuracy(model, x[:10000], y[:10000]):.2f} %")


if __name__ == "__main__":
    main()

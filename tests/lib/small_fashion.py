"""Packs the first images of Fashion-MNIST as a small data set.

    small_fashion.py OUT.npz TRAIN TEST

The files are those of Debian's dataset-fashion-mnist.
"""

import gzip
import sys

import numpy as np

FOLDER = "/usr/share/datasets/fashion-mnist"


def idx(name, header, n):
    with gzip.open(f"{FOLDER}/{name}") as f:
        f.read(header)
        size = 784 if header == 16 else 1
        return np.frombuffer(f.read(n * size), np.uint8).copy()


def part(prefix, n):
    images = idx(f"{prefix}-images-idx3-ubyte.gz", 16, n)
    labels = idx(f"{prefix}-labels-idx1-ubyte.gz", 8, n)
    return images.reshape(n, 28, 28), labels


out, train, test = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x_train, y_train = part("train", train)
x_test, y_test = part("t10k", test)
np.savez(out, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)

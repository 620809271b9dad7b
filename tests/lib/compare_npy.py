#!/usr/bin/python3
"""Compare arrays: the largest difference relative to the largest |B|.

usage: compare_npy.py A.npy B.npy [A.npy B.npy]... [--tolerance T]

Prints one line a pair. Exit status 1 when shapes differ, a value is not a
number, or a difference is above the tolerance (1e-4).
"""
import argparse
import sys

import numpy as np


def difference(a, b):
    """Largest |a - b| over the largest |b|; None where shapes differ."""
    if a.shape != b.shape:
        return None
    a, b = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("nan")
    if a.size == 0:
        return 0.0
    largest = np.abs(b).max()
    gap = np.abs(a - b).max()
    return float(gap / largest) if largest else float(gap)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()
    if len(args.files) % 2:
        parser.error("files come in pairs")
    bad = False
    for a_file, b_file in zip(args.files[::2], args.files[1::2]):
        a, b = np.load(a_file), np.load(b_file)
        d = difference(a, b)
        if d is None:
            print(f"{a_file}: shape {a.shape}, {b_file}: {b.shape}")
        else:
            print(f"{a_file} {b_file}: {d:.3g}")
        bad = bad or d is None or not d <= args.tolerance
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

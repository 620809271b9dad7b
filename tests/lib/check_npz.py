#!/usr/bin/python3
"""Compare a packed data set with the IDX files that it came from.

usage: check_npz.py FILE.npz IMAGES LABELS [TEST_IMAGES TEST_LABELS]

With two IDX files the archive must hold x and y, with four x_train, y_train,
x_test and y_test. The arrays are read by numpy and the IDX files here, in a
few lines that share nothing with the product. Exit status 1 on a difference.
"""
import gzip
import sys

import numpy as np


def read_idx(path):
    with open(path, "rb") as f:
        raw = f.read()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    if raw[:3] != b"\0\0\x08":
        sys.exit(f"{path}: not an IDX file of bytes")
    dims = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims)


def main():
    if len(sys.argv) not in (4, 6):
        sys.exit(__doc__)
    path, files = sys.argv[1], sys.argv[2:]
    names = ["x", "y"] if len(files) == 2 else [
        "x_train", "y_train", "x_test", "y_test"]
    bad = False
    with np.load(path) as archive:
        if sorted(archive.files) != sorted(names):
            sys.exit(f"{path}: holds {archive.files}, expected {names}")
        for name, idx in zip(names, files):
            have, want = archive[name], read_idx(idx)
            same = have.shape == want.shape and np.array_equal(have, want)
            if name[0] == "x":
                same = same and have.dtype == np.uint8
            bad = bad or not same
            print(f"{name}: {have.dtype} {have.shape}, "
                  f"{'the same as' if same else 'NOT'} {idx}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

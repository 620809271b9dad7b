#!/usr/bin/python3
"""Hold ONNX files against onnx.checker, shape inference included.

usage: check_model.py MODEL...

Prints one line a file. Exit status 1 when one of them is not valid.
"""
import sys

import onnx


def complaint(path):
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # Whatever is wrong is what is to be said.
        return " ".join(str(error).split()) or type(error).__name__
    return None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    bad = 0
    for path in sys.argv[1:]:
        what = complaint(path)
        bad += what is not None
        print(f"{path}: {'valid' if what is None else what}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

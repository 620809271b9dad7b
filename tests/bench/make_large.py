"""Writes a multilayer perceptron of N matrices WIDTH x WIDTH (4096: 64 MiB
each), with nothing but Python: make_large.py OUT.onnx N FORM [WIDTH], where
FORM is inline or external (the weights in OUT.onnx.data).

The values are a repeated block of small numbers: what is measured with this
model is memory."""
import os
import struct
import sys

WIDTH = int(sys.argv[4]) if len(sys.argv) > 4 else 4096
BLOCK = struct.pack(f"<{WIDTH}f", *[((i * 7919) % 2003 - 1001) / 64000
                                    for i in range(WIDTH)])


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def head(number, size):
    return varint(number << 3 | 2) + varint(size)


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    if isinstance(content, str):
        content = content.encode()
    return head(number, len(content)) + content


def entry(key, value):
    return field(13, field(1, key) + field(2, str(value)))


def value_info(name):
    dims = field(1, field(2, "n")) + field(1, field(1, WIDTH))
    kind = field(1, field(1, 1) + field(2, dims))
    return field(1, name) + field(2, kind)


def main(path, layers, external):
    nodes, x = b"", "x"
    for i in range(layers):
        product, relu = f"h{i}", f"a{i}" if i + 1 < layers else "y"
        nodes += field(1, field(1, x) + field(1, f"layer{i}.weight") +
                       field(2, product) + field(4, "MatMul"))
        nodes += field(1, field(1, product) + field(2, relu) + field(4, "Relu"))
        x = relu
    size = 4 * WIDTH * WIDTH
    side = os.path.basename(path) + ".data"
    heads = []
    for i in range(layers):
        about = (field(1, WIDTH) + field(1, WIDTH) + field(2, 1) +
                 field(8, f"layer{i}.weight"))
        if external:
            about += (entry("location", side) + entry("offset", i * size) +
                      entry("length", size) + field(14, 1))
            heads.append(head(5, len(about)) + about)
        else:
            about += head(9, size)
            heads.append(head(5, len(about) + size) + about)
    rest = field(11, value_info("x")) + field(12, value_info("y"))
    inside = 0 if external else layers * size
    total = len(nodes) + 3 + sum(map(len, heads)) + inside + len(rest)
    with open(path, "wb") as f:
        f.write(field(1, 8) + field(8, field(1, "") + field(2, 13)))
        f.write(head(7, total) + nodes + field(2, "g"))
        for h in heads:
            f.write(h)
            for _ in range(0 if external else size // len(BLOCK)):
                f.write(BLOCK)
        f.write(rest)
    if external:
        with open(path + ".data", "wb") as f:
            for _ in range(layers * size // len(BLOCK)):
                f.write(BLOCK)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "external")

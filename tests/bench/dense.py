#!/usr/bin/python3
"""The engine beside ONNX Runtime: time, memory, loading, agreement.

usage: dense.py DENSE MODELS [--only NAME,...] [--batch 1,16]
                [--threads 1,2] [--seconds S] [--kinds timed,fast]

DENSE is the program made of dense.c, MODELS a folder filled by models.py;
dense.sh sees to both. Every engine runs in a process of its own, and they
take turns: each runs for a while, the next one meanwhile waits. A line a
case: the medians of all runs in milliseconds, their ratios to ONNX
Runtime's, milliseconds until the first answer (the least of three
processes), peak memory in megabytes beyond what the process had before and
beyond the model's file, and the largest difference of the first answer
relative to its largest element. At the end the geometric means, and what
is above its goal.
"""
import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import models

HERE = os.path.dirname(os.path.abspath(__file__))
# Goals: ratios of times by family, and of any single case.
GOALS = {"conv": 0.80, "sequence": 0.95}
WORST = 1.10
FLOATS = onnx.TensorProto.FLOAT


def write_inputs(path, batch, folder):
    """Files of seeded numbers, one for each input of the model."""
    files, rng = [], np.random.default_rng(batch)
    model = onnx.load(path, load_external_data=False)
    for i, value in enumerate(model.graph.input):
        kind = value.type.tensor_type
        shape = [d.dim_value or batch for d in kind.shape.dim]
        if kind.elem_type != FLOATS:
            data = rng.integers(0, 2, shape, np.int64)
        elif "mask" in value.name:
            data = (rng.random(shape) < 0.9).astype(np.float32)
        else:
            data = rng.standard_normal(shape, np.float32)
        files.append(os.path.join(folder, f"input{i}"))
        data.tofile(files[-1])
    return files


class Engine:
    """A process that runs the network when told to."""

    def __init__(self, command, threads):
        env = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env=env)
        self.first = sum(self.numbers())
        self.times = []

    def numbers(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} stopped")
        return [float(x) for x in line.split()]

    def run(self, n, counts=True):
        self.process.stdin.write(f"run {n}\n")
        self.process.stdin.flush()
        times = self.numbers()
        # The first one finds the caches full of the other engine's data.
        if counts:
            self.times += times[1:] if n > 2 else times
        return times

    def close(self):
        """Kilobytes at the peak."""
        self.process.stdin.close()
        memory = self.numbers()[0]
        self.process.wait()
        return memory


def commands(dense, kinds, path, batch, threads, folder, inputs):
    out = {"ort": ["node", os.path.join(HERE, "ort.mjs")]}
    for kind in kinds:
        out[kind] = [dense, kind]
    for kind in out:
        out[kind] += [path, str(batch), str(threads),
                      os.path.join(folder, kind + ".out"), *inputs]
    return out


def take_turns(engines, seconds):
    """Runs all engines in turns for about that long each; slow ones a few
    times at least, quick ones often."""
    turns, budget = 12, 1000 * seconds
    for engine in engines.values():
        took = min(engine.run(3, counts=False))
        engine.n = max(1, min(2000, math.ceil(budget / turns / took)))
    for turn in range(turns):
        spent = max(sum(e.times) for e in engines.values())
        if turn >= 4 and spent > 2 * budget:
            break
        for engine in engines.values():
            engine.run(engine.n)


def difference(folder, kind):
    a, b = (np.fromfile(os.path.join(folder, k + ".out"), np.float32)
            for k in ("ort", kind))
    return np.abs(a - b).max() / np.abs(a).max() if a.size == b.size else 9.9


def measure(dense, kinds, path, batch, threads, seconds, starts):
    """{kind: (median ms, first answer ms, peak MB, difference)}"""
    with tempfile.TemporaryDirectory() as folder:
        inputs = write_inputs(path, batch, folder)
        how = commands(dense, kinds, path, batch, threads, folder, inputs)
        first = {k: [] for k in how}
        for _ in range(starts - 1):
            for kind, command in how.items():
                engine = Engine(command, threads)
                first[kind].append(engine.first)
                engine.close()
        engines = {k: Engine(c, threads) for k, c in how.items()}
        take_turns(engines, seconds)
        weights = os.path.getsize(path) / 1e6
        return {k: (statistics.median(e.times), min(first[k] + [e.first]),
                    e.close() * 1024 / 1e6 - weights, difference(folder, k))
                for k, e in engines.items()}


def report(name, batch, threads, found, kinds):
    o = found["ort"]
    line = f"{name:18} {batch:3} {threads:2} {o[0]:9.3f}"
    for kind in kinds:
        k = found[kind]
        line += f" {k[0]:9.3f} {k[0] / o[0]:5.2f}"
    line += f" | {o[1]:8.1f}" + "".join(f" {found[k][1]:8.1f}"
                                        for k in kinds)
    line += f" | {o[2]:7.1f}" + "".join(f" {found[k][2]:7.1f}"
                                        for k in kinds)
    line += " | " + " ".join(f"{found[k][3]:.0e}" for k in kinds)
    print(line, flush=True)


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def summary(rows, kind):
    """rows: (name, family, batch, threads, found)"""
    for family in sorted({r[1] for r in rows}):
        ratios = [r[4][kind][0] / r[4]["ort"][0]
                  for r in rows if r[1] == family]
        goal = f" (goal {GOALS[family]:.2f})" if family in GOALS else ""
        print(f"{kind}: geometric mean of {len(ratios)} {family} cases "
              f"{mean(ratios):.3f}{goal}")
    for name, _, batch, threads, found in rows:
        ours, ort = found[kind], found["ort"]
        for what, over in (("time", ours[0] > WORST * ort[0]),
                           ("first answer", ours[1] > ort[1]),
                           ("memory", ours[2] > ort[2]),
                           ("difference", not ours[3] < 1e-4)):
            if over:
                print(f"{kind}: {name} batch {batch} threads {threads}: "
                      f"{what} above its goal")


def numbers(text):
    return [int(x) for x in text.split(",")]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dense")
    p.add_argument("models")
    p.add_argument("--only", default=",".join(models.NETWORKS))
    p.add_argument("--batch", default="1,16", type=numbers)
    p.add_argument("--threads", default="1,2", type=numbers)
    p.add_argument("--seconds", default=1.0, type=float)
    p.add_argument("--starts", default=3, type=int)
    p.add_argument("--kinds", default="timed,fast")
    a = p.parse_args()
    kinds, rows = a.kinds.split(","), []
    print(f"{'network':18} {'b':>3} {'t':>2} {'ort':>9}"
          + "".join(f" {k:>9} {'ratio':>5}" for k in kinds)
          + " | first answer ort, " + ", ".join(kinds)
          + " | MB | difference")
    for threads in a.threads:
        for batch in a.batch:
            for name in a.only.split(","):
                path = os.path.join(a.models, name + ".onnx")
                try:
                    found = measure(a.dense, kinds, path, batch, threads,
                                    a.seconds, a.starts)
                except RuntimeError as e:
                    print(f"{name:18} {batch:3} {threads:2} failed: {e}")
                    continue
                report(name, batch, threads, found, kinds)
                rows.append((name, models.NETWORKS[name][0], batch, threads,
                             found))
    for kind in kinds if rows else []:
        summary(rows, kind)
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""Stands in for `prune` where a test needs to say what a worker does.

A "model" is a text file whose first line is FAKE-ONNX and words: sleep=2
(seconds of work), exit=3 (fails with that status), signal=9 (kills itself),
error=nothing-to-prune (fails with that problem), mute=1 (ignores SIGTERM),
big=N (writes N bytes of output). Anything else is no model. A "data set" is
a file that begins with PK. Nothing is measured here: the figures are those
of the words bytes=, and else 1.
"""
import json
import os
import signal
import sys
import time

VERSION = os.environ.get("FAKE_VERSION", "@VERSION@")
TECHNIQUES = ["weight", "neuron", "structured", "unstructured", "layer"]
UNITS = ["neuron", "structured"]


def setting(name, kind, techniques=TECHNIQUES, **rest):
    return {"name": name, "type": kind, "techniques": techniques,
            "summary": name, **rest}


DESCRIBE = {
    "name": "prune",
    "version": VERSION,
    "techniques": [{"name": t, "summary": t} for t in TECHNIQUES],
    "criteria": [{"name": "l1", "summary": "sum of magnitudes"}],
    "recovery": [{"name": "bn", "summary": "statistics"}],
    "settings": [
        setting("sparsity", "number", target=True, min=0, max=1,
                exclusive_max=True),
        setting("unit_sparsity", "number", UNITS, target=True, min=0, max=1,
                exclusive_max=True),
        setting("criterion", "enum", values=["l1"], default="l1"),
        setting("pattern", "text", ["unstructured"]),
        setting("recover", "enum", values=["none", "calibrate"]),
        setting("best_effort", "boolean", default=False),
        setting("seed", "integer", min=0, default=0),
        setting("threads", "integer", min=1, max=64, default=1),
    ],
}


def say(text):
    print("prune: error: " + text, file=sys.stderr)


def words_of(path):
    with open(path, "rb") as f:
        first = f.readline(4096)
    if not first.startswith(b"FAKE-ONNX"):
        return None
    pairs = (w.split(b"=", 1) for w in first.split()[1:] if b"=" in w)
    return {k.decode(): v.decode() for k, v in pairs}


def inspect(args):
    path = args[-1] if "--dataset" not in args else args[args.index("--dataset") + 1]
    if "--dataset" in args:
        with open(path, "rb") as f:
            if f.read(2) != b"PK":
                say(f"{path}: not a .npz file")
                return 3
        print(json.dumps({"samples": 10, "shape": [10, 1, 2, 2]}))
        return 0
    words = words_of(path)
    if words is None:
        say(f"{path}: not an ONNX model")
        return 3
    print(json.dumps({"parameters": 1, "nonzeros": 1, "macs": 1,
                      "bytes": os.stat(path).st_size,
                      "layers": [{"node": "a", "op": "Gemm"}]}))
    return 0


def figures(size, accuracy):
    t = {"p50_ms": 1.0, "p90_ms": 1.1, "p99_ms": 1.2, "runs": 9, "batch": 1,
         "threads": 1, "stable": True, "engine": "dense"}
    return {"bytes": size, "compressed_bytes": size, "parameters": size,
            "nonzeros": size, "macs": size, "latency": t,
            "latency_dense": t,
            "accuracy": {"top1": accuracy, "top5": 100.0,
                         "interval95": [80.0, 95.0], "samples": 10,
                         "loss": 0.5}}


def write(path, text):
    with open(path + ".tmp", "w") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.rename(path + ".tmp", path)


def report_error(folder, slug, detail):
    write(folder + "/report.json", json.dumps(
        {"error": {"type": "/problems/" + slug, "title": slug,
                   "detail": detail}}))


def progress(folder, **fields):
    with open(folder + "/progress.jsonl", "a") as f:
        t = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        f.write(json.dumps({"t": t, **fields}) + "\n")


def work(folder, words):
    seconds = float(words.get("sleep", "0"))
    end = time.monotonic() + seconds
    done = 0
    progress(folder, type="phase", phase="prune")
    while True:
        done += 1
        progress(folder, type="progress", phase="prune", done=done, total=100)
        left = end - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(left, 0.05))
    progress(folder, type="metric", name="loss", value=0.25)
    progress(folder, type="log", message="nearly done")


def worker(folder):
    with open(folder + "/job.json") as f:
        job = json.load(f)
    words = words_of(folder + "/input.onnx") or {}
    if "mute" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("fake worker begins", job.get("id"), file=sys.stderr, flush=True)
    work(folder, words)
    if "signal" in words:
        os.kill(os.getpid(), int(words["signal"]))
    if "error" in words:
        report_error(folder, words["error"], "as the model asked")
        return 4
    if "exit" in words:
        say("as the model asked")
        return int(words["exit"])
    size = os.stat(folder + "/input.onnx").st_size
    with open(folder + "/output.onnx", "wb") as f:
        f.write(b"FAKE-ONNX pruned " + job["technique"].encode() + b"\n")
        f.write(b"x" * int(words.get("big", "100")))
    cut = os.stat(folder + "/output.onnx").st_size
    sparsity = job.get("sparsity", job.get("unit_sparsity", 0))
    ratio = {"bytes": cut / size, "compressed_bytes": 0.5, "parameters": 0.5,
             "nonzeros": 0.5, "macs": 0.5, "latency": 0.75}
    write(folder + "/report.json", json.dumps({
        "technique": job["technique"], "criterion": "l1",
        "target": {"sparsity": sparsity}, "achieved": sparsity,
        "target_met": True, "settings": {"seed": 0},
        "original": figures(size, 90.0), "pruned": figures(cut, 88.5),
        "ratio": ratio, "accuracy_drop": 1.5, "agreement": 0.97,
        "layers": [], "refusals": [], "recovery": [{"step": "none"}],
        "checks": {"reload": True},
        "provenance": {"version": VERSION, "seed": 0},
        "seconds": {"total": 1.0}}))
    return 0


def main():
    args = sys.argv[1:]
    if args[:1] == ["describe"]:
        print(json.dumps(DESCRIBE))
        return 0
    if args[:1] == ["--version"]:
        print("prune " + VERSION)
        return 0
    if args[:1] == ["inspect"]:
        return inspect(args[1:])
    if args[:1] == ["worker"] and len(args) == 2:
        return worker(args[1])
    say("usage")
    return 2


sys.exit(main())

#!/usr/bin/python3
"""Prune networks by every technique and hold the results against others' code.

usage: networks.py MODEL... [--techniques A,B] [--sparsity 0.3,0.6]
                   [--variants 0.6] [--batches 1,32] [--threads N]
                   [--prune PATH] [--keep DIR]

Prints TAP. For each network and batch size, what the engine gives
(`prune infer`) is compared with ONNX Runtime, and with MODEL.y.npy where that
lies beside it (made from x.npy there). For each network, technique and
sparsity, `prune run` must do what docs promise, as far as other code can tell:

* the file passes onnx.checker, and ONNX Runtime gives on it what the engine
  gives;
* the report's parameters, nonzeros and MACs are those that recount.py finds,
  and so is the share removed;
* the target is met; where `neuron` and `layer` have too little to give, the
  report says so; where there is nothing at all, exit status 4 says so;
* what the cut changed, beyond what was removed, is rounding.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import check_model
import compare_npy
import recount

HERE = os.path.dirname(os.path.abspath(__file__))
TECHNIQUES = ("weight", "neuron", "structured", "unstructured", "layer")
CUTS = ("neuron", "structured", "layer")
TOLERANCE = 1e-4

# Which architecture has hidden fully connected layers, and which layers that
# can go; of those in neither list, `layer` may find some or not.
HAS_NEURONS = ("vit", "mlp", "lenet300", "cnn", "vgg11", "model")
HAS_LAYERS = ("mlp", "cnn", "vgg11", "model", "resnet", "resnet20",
              "resnet_bottleneck", "mobilenetv2", "mobilenetv3")


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, what, complaints):
        self.count += 1
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {what}")
        for line in complaints:
            print(f"# {line}")
        sys.stdout.flush()


def model_name(path):
    return os.path.basename(path).removesuffix(".onnx")


def architecture(path):
    return model_name(path).split("-")[0]


def call(command):
    env = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    return subprocess.run(command, capture_output=True, text=True, env=env,
                          timeout=900, check=False)


def run_ort(jobs):
    """jobs: (model, input file, folder). Gives the errors by folder."""
    lines = "".join(f"{m}\tx={x}\t{d}\n" for m, x, d in jobs)
    done = subprocess.run(
        ["node", os.path.join(HERE, "ort_run.mjs"), "--batch", "-"],
        input=lines, capture_output=True, text=True, check=False)
    answers = [json.loads(a) for a in done.stdout.splitlines()]
    if len(answers) != len(jobs):
        sys.exit(f"Bail out! ONNX Runtime: {done.stderr.strip()[-400:]}")
    return {job[2]: a["error"] for job, a in zip(jobs, answers)
            if "error" in a}


def outputs_differ(ours, theirs, what):
    """Complaints about two folders of outputs."""
    if not os.path.exists(theirs):
        return [f"{theirs} is missing"]
    if not os.path.exists(ours):
        return [f"{ours} is missing"]
    a, b = np.load(ours), np.load(theirs)
    d = compare_npy.difference(a, b)
    if d is None:
        return [f"shape {a.shape} here, {b.shape} in {what}"]
    return [] if d <= TOLERANCE else [f"differs from {what} by {d:.3g}"]


def infer_command(args, model, x, folder):
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    return [args.prune, "infer", model, "--input", f"x={x}",
            "--output-dir", folder, "--threads", str(args.threads)]


def check_engine(args, tap, work):
    rng = np.random.default_rng(11)
    jobs = []
    for batch in args.batches:
        x = os.path.join(work, f"x{batch}.npy")
        np.save(x, rng.standard_normal((batch, 1, 28, 28), np.float32))
        jobs += [(m, x, os.path.join(work, "ort", model_name(m), str(batch)))
                 for m in args.models]
    errors = run_ort(jobs)
    for model, x, theirs in jobs:
        ours = theirs.replace("/ort/", "/ours/")
        done = call(infer_command(args, model, x, ours))
        bad = []
        if done.returncode:
            bad = [f"exit {done.returncode}: {done.stderr.strip()}"]
        elif theirs in errors:
            bad = [f"ONNX Runtime: {errors[theirs]}"]
        else:
            bad = outputs_differ(ours + "/logits.npy", theirs + "/logits.npy",
                                 "ONNX Runtime")
        tap.result(f"{model_name(model)}: batch {os.path.basename(ours)} as "
                   "in ONNX Runtime", bad)
    for model in args.models:
        known = model.removesuffix(".onnx") + ".y.npy"
        x = os.path.join(os.path.dirname(model), "x.npy")
        if os.path.exists(known):
            ours = os.path.join(work, "ours", model_name(model), "known")
            done = call(infer_command(args, model, x, ours))
            bad = [done.stderr.strip()] if done.returncode else \
                outputs_differ(ours + "/logits.npy", known, "the reference")
            tap.result(f"{model_name(model)}: as in the committed reference",
                       bad)


def prune_one(args, model, technique, sparsity, folder):
    os.makedirs(folder)
    command = [args.prune, "run", model, "-t", technique,
               "--sparsity", str(sparsity), "-o", folder + "/out.onnx",
               "--report", folder + "/report.json",
               "--threads", str(args.threads)]
    if technique in ("neuron", "layer"):
        command.append("--best-effort")
    done = call(command)
    if done.returncode == 0:
        call(infer_command(args, folder + "/out.onnx",
                           f"{args.work}/x{args.batches[-1]}.npy",
                           folder + "/ours"))
    return done


def must_succeed(model, technique):
    if technique == "neuron":
        return architecture(model) in HAS_NEURONS
    if technique == "layer":
        return True if architecture(model) in HAS_LAYERS else None
    return True


def judge(model, technique, sparsity, folder, done, ort_error):
    """Everything that is wrong with one run."""
    must = must_succeed(model, technique)
    if done.returncode == 4 and not must and (
            "nothing" in done.stderr.lower()):
        left = os.path.exists(folder + "/out.onnx")
        return ["a refused run left its output"] if left else []
    if done.returncode:
        return [f"exit {done.returncode}: {done.stderr.strip()}"]
    if must is False:
        return ["succeeded where there is nothing of the kind"]
    if ort_error:
        return [f"ONNX Runtime: {ort_error}"]
    out = folder + "/out.onnx"
    bad = [f"onnx.checker: {c}" for c in [check_model.complaint(out)] if c]
    bad += outputs_differ(folder + "/ours/logits.npy",
                          folder + "/ort/logits.npy", "ONNX Runtime")
    with open(folder + "/report.json") as f:
        report = json.load(f)
    bad += judge_counts(report, model, out, technique)
    return bad + judge_target(report, technique, sparsity)


def judge_counts(report, model, out, technique):
    before = recount.recount(onnx.load(model))
    after = recount.recount(onnx.load(out))
    bad = []
    for name, count in (("original", before), ("pruned", after)):
        for key in ("parameters", "nonzeros", "macs"):
            if report[name].get(key) != count[key]:
                bad.append(f"{name} {key}: {report[name].get(key)} in the "
                           f"report, {count[key]} counted")
    if report["pruned"]["bytes"] != os.path.getsize(out):
        bad.append("the report's bytes are not the file's")
    kept = after["prunable" if technique in CUTS else "prunable_nonzeros"]
    removed = 1 - kept / before["prunable"]
    # Weights that were zero before may count or not.
    slack = 1e-4 + 1 - before["prunable_nonzeros"] / before["prunable"]
    if abs(removed - report["achieved"]) > slack:
        bad.append(f"achieved {report['achieved']:.4f} in the report, "
                   f"{removed:.4f} counted")
    return bad


def judge_target(report, technique, sparsity):
    bad = []
    met = report["achieved"] >= sparsity
    if report["target_met"] != met:
        bad.append(f"target_met {report['target_met']} at "
                   f"{report['achieved']}")
    if not met and technique not in ("neuron", "layer"):
        bad.append(f"achieved only {report['achieved']}")
    if not report["achieved"] > 0:
        bad.append("nothing was removed")
    diff = report["checks"].get("removal_max_abs_diff")
    if technique in CUTS and (diff is None or not diff < TOLERANCE):
        bad.append(f"removal_max_abs_diff {diff}")
    if technique not in CUTS and diff is not None:
        bad.append("removal_max_abs_diff where nothing was cut")
    return bad


def check_pruning(args, tap, work):
    runs = [(m, t, s, os.path.join(work, "runs", f"{model_name(m)}-{t}-{s}"))
            for m in args.models for t in args.techniques
            for s in (args.variants if "-" in model_name(m)
                      else args.sparsity)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        done = list(pool.map(lambda run: prune_one(args, *run), runs))
    x = os.path.join(work, f"x{args.batches[-1]}.npy")
    made = [run for run, d in zip(runs, done) if d.returncode == 0]
    errors = run_ort([(f"{r[3]}/out.onnx", x, r[3] + "/ort") for r in made])
    for run, d in zip(runs, done):
        model, technique, sparsity, folder = run
        try:
            bad = judge(*run, d, errors.get(folder + "/ort"))
        except (KeyError, ValueError, OSError) as error:
            bad = [f"{type(error).__name__}: {error}"]
        how = "" if d.returncode == 0 else " (nothing of the kind there)"
        tap.result(f"{model_name(model)}: {technique} {sparsity}{how}", bad)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--techniques", default=",".join(TECHNIQUES))
    parser.add_argument("--sparsity", default="0.3,0.6")
    parser.add_argument("--batches", default="1,32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--prune", default="./prune")
    parser.add_argument("--keep", help="folder for files; else a new one, "
                        "which goes")
    parser.add_argument("--variants", default="0.6", help="sparsities for "
                        "models with a dash in their name")
    args = parser.parse_args()
    args.techniques = args.techniques.split(",")
    args.sparsity = [float(s) for s in args.sparsity.split(",")]
    args.variants = [float(s) for s in args.variants.split(",")]
    args.batches = [int(b) for b in args.batches.split(",")]
    args.work = args.keep or tempfile.mkdtemp(prefix="networks.")
    os.makedirs(args.work, exist_ok=True)
    tap = Tap()
    try:
        check_engine(args, tap, args.work)
        check_pruning(args, tap, args.work)
    finally:
        if not args.keep:
            shutil.rmtree(args.work)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()

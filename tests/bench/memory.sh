#!/bin/sh
# Peak memory of `prune inspect` (or what PRUNE_COMMAND says) on a model of
# 1 GiB, weights inline and external. Mapped pages that were touched count.
# usage: memory.sh [PRUNE [GIB]]; fails above 1.2 times the model.
set -eu
here=$(dirname "$0")
prune=${1:-./prune}
gib=${2:-1}
command=${PRUNE_COMMAND:-inspect}
folder=$(mktemp -d "${TMPDIR:-/tmp}/prune-memory-XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM
status=0
for form in inline external; do
    model=$folder/large.onnx
    python3 "$here/make_large.py" "$model" $((16 * gib)) $form
    python3 - "$prune" "$command" "$model" "$form" "$gib" <<'END' || status=1
import resource, subprocess, sys, time
prune, command, model, form, gib = sys.argv[1:]
start = time.time()
run = subprocess.run([prune, *command.split(), model],
                     stdout=subprocess.DEVNULL, check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
print(f"prune {command}, {gib} GiB {form}: peak {peak:.3f} GiB, "
      f"{time.time() - start:.1f} s")
sys.exit(peak >= 1.2 * int(gib))
END
    rm -f "$folder"/*
done
exit $status

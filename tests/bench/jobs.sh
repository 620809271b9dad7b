#!/bin/bash
# All five techniques on trained networks through a real daemon, by hand:
# each ends as it should, with its target met.
#
# usage: tests/bench/jobs.sh DATA.npz MODEL=SPARSITY...
#        tests/bench/jobs.sh fashion.npz cnn.onnx=0.3 resnet20.onnx=0.5
#
# Prints TAP and the comparison table of each model. A network without fully
# connected hidden layers must fail `neuron` with nothing-to-prune.
[ $# -ge 2 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
dataset=$1
shift
. "$(dirname "$0")/../e2e/lib.sh"
start_daemon || { cat "$log"; exit 1; }
put "$dataset" '/v1/datasets/data?scale=255&mean=0.2860&std=0.3530&layout=NHW'
is "$code" 201 "the data set is there"

all_over() {
    get "/v1/jobs?group=$group"
    [ "$(json 'all(j["state"] in ("succeeded", "failed") for j in d["items"])')" = true ]
}

for pair in "$@"; do
    file=${pair%=*} sparsity=${pair##*=}
    name=$(basename "$file")
    put "$file" /v1/models/
    request -T "$file" "/v1/models/$name"
    post -d "model=$name" -d dataset=data -d technique=all \
        -d "sparsity=$sparsity" /v1/jobs
    is "$code" 202 "$name: five jobs are taken"
    group=$(json 'd["group"]')
    wait_for 1800 all_over
    get "/v1/compare?group=$group"
    cp "$work/body" "$work/compare.json"
    for t in weight neuron structured unstructured layer; do
        row=$(json "[r for r in d['rows'] if r['technique'] == '$t'][0]" \
            "$(cat "$work/compare.json")")
        if [ "$(json 'd["state"]' "$row")" = failed ]; then
            get "/v1/jobs/$(json 'd["job"]' "$row")"
            like "$(json 'd["error"]')" 'nothing-to-prune.*fully connected' \
                "$name $t: fails, saying what was looked for"
        else
            is "$(json 'd["state"]' "$row") $(json 'd["target_met"]' "$row")" \
                "succeeded true" "$name $t at $sparsity: the target is met"
        fi
    done
    request -H 'Accept: text/csv' "/v1/compare?group=$group"
    tr -d '\r' <"$work/body" | cut -d, -f2,3,6-9,14-18 | sed 's/^/# /'
done
finish

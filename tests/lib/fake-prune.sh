#!/bin/sh
# A stand-in for `prune` in tests of the daemon: quick, and doing on demand
# what the real one never should. What it does is written in the first line
# of the file it is given:
#
#   ok                      a result at once
#   sleep SECONDS           a result after that time
#   stubborn SECONDS        the same, deaf to SIGTERM
#   error TYPE              ends with a report of that error, exit 4
#   kill SIGNAL             kills itself
#   exit STATUS             ends without a report
#   silent                  exit 0, but no report and no output
#   chatty LINES            that many lines of progress first
#   bad                     `inspect` refuses it, exit 3
#   hang                    `inspect` does not end
set -u
version=${FAKE_PRUNE_VERSION:-0.1.0}

describe() {
    all='["weight","neuron","structured","unstructured","layer"]'
    cat <<JSON
{"name":"prune","version":"$version","techniques":[
$(sep=
for t in weight neuron structured unstructured layer; do
    extra=
    case $t in
    neuron | structured) extra=',"unit_sparsity","round_to"' ;;
    unstructured) extra=',"pattern"' ;;
    esac
    printf '%s{"name":"%s","title":"%s","summary":"-","settings":["sparsity","recover","best_effort","seed","threads","exclude","criterion"%s]}' "$sep" $t $t "$extra"
    sep=,
done)],
"criteria":[{"name":"l1","summary":"-"},{"name":"l2","summary":"-"}],
"recovery":[{"name":"bn","summary":"-"}],
"settings":[
{"name":"sparsity","type":"number","summary":"-","min":0,"max":1,"exclusive_max":true,"target":true,"techniques":$all},
{"name":"unit_sparsity","type":"number","summary":"-","min":0,"max":1,"exclusive_max":true,"target":true,"techniques":["neuron","structured"]},
{"name":"criterion","type":"enum","summary":"-","values":["l1","l2"],"default":"l1","techniques":$all},
{"name":"recover","type":"enum","summary":"-","values":["none","calibrate"],"techniques":$all},
{"name":"best_effort","type":"flag","summary":"-","default":false,"techniques":$all},
{"name":"seed","type":"integer","summary":"-","min":0,"default":0,"techniques":$all},
{"name":"threads","type":"integer","summary":"-","min":1,"max":64,"default":1,"techniques":$all},
{"name":"round_to","type":"integer","summary":"-","min":1,"max":64,"default":1,"techniques":["neuron","structured"]},
{"name":"pattern","type":"text","summary":"-","techniques":["unstructured"]},
{"name":"exclude","type":"list","summary":"-","techniques":$all}],
"limits":{}}
JSON
}

refuse() { # refuse MESSAGE
    echo "prune: error: $1" >&2
    exit 3
}

inspect() {
    data=
    file=
    for a; do
        case $a in
        --dataset) data=1 ;;
        /*) file=$a ;;
        esac
    done
    read -r what how <"$file" || what=
    case $what in
    bad) refuse "$file: not an ONNX model" ;;
    hang) sleep 600 ;;
    kill) [ -z "$data" ] && [ "${how#inspect}" != "$how" ] && kill -9 $$ ;;
    esac
    if [ -n "$data" ]; then
        echo '{"arrays":[{"name":"x_test","dtype":"uint8","shape":[4,2,2]}],"train":0,"test":4,"labels":true}'
    else
        echo '{"operators":{"Gemm":2},"parameters":1000,"nonzeros":1000,"macs":2000,"layers":[{"node":"fc","op":"Gemm"}]}'
    fi
}

say() { # say TYPE PHASE DONE TOTAL
    printf '{"t":"2026-01-01T00:00:00Z","type":"%s","phase":"%s","done":%d,"total":%d}\n' \
        "$1" "$2" "$3" "$4" >>progress.jsonl
}

# The value of a text key of job.json, which has one line.
job() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" job.json
}

figures() { # figures BYTES
    printf '{"bytes":%d,"parameters":1000,"nonzeros":1000,"macs":2000,"latency":{"p50_ms":1.5},"accuracy":{"top1":90.0}}' "$1"
}

result() {
    { echo pruned by "$(job technique)" as "$(job id)"; } >output.onnx
    cat >report.part <<JSON
{"technique":"$(job technique)","criterion":"l1","target":{"sparsity":0.5},"achieved":0.5,"target_met":true,"settings":{},
"original":$(figures 800),"pruned":$(figures 400),
"ratio":{"bytes":0.5,"macs":1,"latency":0.9},"accuracy_drop":0.25,"agreement":0.99,
"layers":[{"node":"fc","op":"Gemm"}],"refusals":[]}
JSON
    mv report.part report.json
}

worker() {
    cd "$1" || exit 1
    read -r what how <input.onnx || what=ok
    say phase load 0 0
    echo "the worker says $what"
    case $what in
    sleep) sleep "$how" & child=$!
        trap 'kill $child; exit 130' TERM
        wait $child ;;
    stubborn) trap '' TERM
        sleep "$how" ;;
    error) printf '{"error":{"type":"%s","title":"It failed","detail":"on demand"}}\n' "$how" >report.json
        exit 4 ;;
    kill) kill "-$how" $$ ;;
    exit) echo 'last words' >&2
        exit "$how" ;;
    silent) exit 0 ;;
    chatty) i=0
        while [ $i -lt "$how" ]; do
            i=$((i + 1))
            say progress prune $i "$how"
        done
        echo '{"type":"metric","name":"accuracy","value":90.5}' >>progress.jsonl ;;
    esac
    say progress measure 1 1
    result
}

command=$1
shift
case $command in
describe) describe ;;
inspect) inspect "$@" ;;
worker) worker "$@" ;;
*) exit 2 ;;
esac

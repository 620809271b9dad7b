# Helpers of the end-to-end tests: a real daemon, real curl, TAP on standard
# output. To be sourced by tests/e2e/test_*.sh:
#
#     . "$(dirname "$0")/lib.sh"
#     start_daemon --workers 1
#     get /v1
#     is "$code" 200 "the service document is there"
#     finish
#
# $work is a folder of the test's own, $state the daemon's, $url its address.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${TOP_BUILDDIR:-$top}
data=${TEST_DATA:-$top/tests/data}
pruned=${PRUNED:-$build/pruned}
prune=${PRUNE:-$build/prune}
python=/usr/bin/python3
work=$(mktemp -d "${TMPDIR:-/tmp}/pruned-e2e.XXXXXX")
state=$work/state
log=$work/log
pid=
tests=0
failed=0

# Any report of a sanitizer, of the daemon or its workers, is a failure.
export ASAN_OPTIONS="log_path=$work/san:detect_leaks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/san"
export TSAN_OPTIONS="log_path=$work/san:second_deadlock_stack=1:suppressions=$top/tests/tsan.supp${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
unset http_proxy https_proxy all_proxy HTTP_PROXY ALL_PROXY STATE_DIRECTORY

at_exit() {
    [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
    [ -n "${KEEP_WORK:-}" ] && echo "# kept: $work" && return
    rm -rf "$work"
}
trap at_exit EXIT

# --- TAP ------------------------------------------------------------------

pass() {
    tests=$((tests + 1))
    echo "ok $tests - $*"
}

fail() { # fail NAME [WHY…]
    tests=$((tests + 1))
    failed=$((failed + 1))
    echo "not ok $tests - $1"
    shift
    for why in "$@"; do printf '%s\n' "$why" | cut -c1-600 | sed 's/^/# /'; done
}

ok() { # ok NAME COMMAND…: the command succeeds
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "failed: $*"; fi
}

is() { # is GOT WANTED NAME
    if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "got:    $1" "wanted: $2"; fi
}

like() { # like TEXT PATTERN NAME: an extended regular expression
    if printf '%s' "$1" | grep -Eq -- "$2"; then
        pass "$3"
    else
        fail "$3" "got:    $1" "wanted: $2"
    fi
}

note() { echo "# $*"; }

# Ends the script: the daemon is stopped, the sanitizers are asked.
finish() {
    [ -n "$pid" ] && { stop_daemon; is "$status" 0 "the daemon ends well"; }
    local reports
    reports=$(find "$work" -maxdepth 1 -name 'san.*' -size +0)
    if [ -n "$reports" ]; then
        fail "sanitizers report nothing" "$(cat $reports | head -n 60)"
    else
        pass "sanitizers report nothing"
    fi
    if [ $failed != 0 ] && [ -s "$log" ]; then
        echo "# the daemon's log ends:"
        tail -n 30 "$log" | cut -c1-400 | sed 's/^/#   /'
    fi
    echo "1..$tests"
    exit $((failed != 0))
}

# --- waiting --------------------------------------------------------------

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# wait_for SECONDS COMMAND…: until it succeeds; 1 when it never does.
wait_for() {
    local until=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt $until ] || return 1
        sleep 0.02
    done
}

# --- the daemon -----------------------------------------------------------

listening() { grep -q '^pruned: listening on ' "$log" || ! kill -0 "$pid" 2>/dev/null; }

# start_daemon [OPTION…]: returns once it serves; 1 when it does not start.
start_daemon() {
    : >"$log"
    "$pruned" --listen "${listen:-127.0.0.1:0}" --state-dir "$state" \
        --prune "$prune" "$@" 2>>"$log" >>"$work/stdout" &
    pid=$!
    wait_for 30 listening
    url=$(sed -n 's/^pruned: listening on //p' "$log" | head -n 1)
    port=${url##*:}
    [ -n "$url" ] && return 0
    wait "$pid"
    status=$?
    pid=
    return 1
}

# stop_daemon [SIGNAL]: leaves the exit status in $status.
stop_daemon() {
    kill "-${1:-TERM}" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    status=$?
    pid=
}

# use_fake: from now on the daemon works with fake_prune.py, which does what
# the first line of a "model" says.
use_fake() {
    local version
    version=$("$pruned" --version | awk '{print $2}')
    prune=$work/prune
    sed "s/@VERSION@/$version/" "$top/tests/e2e/fake_prune.py" >"$prune"
    chmod +x "$prune"
}

# fake_model FILE WORDS…: a model for it; its bytes differ from all others.
fake_model() {
    local file=$1
    shift
    { echo "FAKE-ONNX $*"; head -c 200 /dev/urandom; } >"$file"
}

# --- requests -------------------------------------------------------------

# request ARGUMENTS-OF-CURL… PATH: fills $code, $body, $head.
request() {
    local path="${*: -1}"
    set -- "${@:1:$#-1}"
    rm -f "$work/body" "$work/head"
    code=$(curl -sS --max-time 60 -o "$work/body" -D "$work/head" \
        -w '%{http_code}' "$@" "$url$path" 2>"$work/curl")
    curl_status=$?
    # Of several answers (100, 303) the last is the one that counts.
    head=$(tr -d '\r' <"$work/head" | awk '/^HTTP\//{t=""} {t=t $0 "\n"} END{printf "%s", t}')
    body=
    [ -f "$work/body" ] && body=$(tr -d '\0' <"$work/body")
}

get() { request "$@"; }
put() { request -T "$1" "${@:2}"; } # put FILE [ARGUMENTS…] PATH
post() { request -X POST "$@"; }
delete() { request -X DELETE "$@"; }

header() { printf '%s' "$head" | sed -n "s/^$1: //Ip" | tail -n 1; }

# json EXPRESSION [TEXT]: a Python expression over `d`, the document.
json() {
    printf '%s' "${2-$body}" | "$python" -c '
import json, sys
try:
    d = json.load(sys.stdin)
    v = eval(sys.argv[1])
except Exception as e:
    sys.exit(print("no answer:", type(e).__name__, e))
print(json.dumps(v) if isinstance(v, (dict, list, bool)) or v is None else v)
' "$1" 2>&1
}

# problem STATUS SLUG NAME: the last answer was this problem.
problem() {
    is "$code $(json 'd["type"]') $(json 'd["status"]') $(header Content-Type)" \
        "$1 /problems/$2 $1 application/problem+json" "$3"
}

# --- jobs and files -------------------------------------------------------

job_state() { get "/v1/jobs/$1"; json 'd["state"]'; }
job_is_over() {
    case $(job_state "$1") in succeeded | failed | canceled) true ;; *) false ;; esac
}
job_is() { [ "$(job_state "$1")" = "$2" ]; }

# files_left: every file of the state directory but the database, sorted.
files_left() {
    find "$state" -type f ! -name 'pruned.db*' ! -name 'lock' ! -name '*.lock' |
        sed "s|^$state/||" | LC_ALL=C sort
}

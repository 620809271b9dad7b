#!/bin/bash
# A body that comes byte by byte is ended with 408 and leaves nothing.
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }
is "$("$python" "$top/tests/e2e/slow_body.py" "$port" 25)" \
    "HTTP/1.1 408 Request Timeout" "a slow body is ended"
is "$(files_left)" "" "and leaves no file"
get /healthz
is "$code" 200 "the daemon serves on"
finish

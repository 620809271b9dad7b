#!/bin/bash
# Requests that two programs could read in two ways are refused with one 400
# and their connection is closed; good ones go on, pipelined too.
# covers: http/guard
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }

raw() { # raw NAME WANTED TEXT
    is "$(printf '%s' "$3" | "$python" "$top/tests/e2e/raw.py" "$port" ${4:-})" \
        "$2" "$1"
}
H="Host: 127.0.0.1:$port\\r\\n"
N='\r\n'
chunk='5\r\na=1&b\r\n0\r\n\r\n'

raw "both lengths" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Content-Length: 5${N}Transfer-Encoding: chunked$N$N$chunk"
raw "two lengths" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Content-Length: 5${N}Content-Length: 6$N${N}a=1&bc"
raw "two equal lengths" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Content-Length: 3${N}Content-Length: 3$N${N}a=1"
raw "a blank before the colon" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Content-Length : 3$N${N}a=1GET / HTTP/1.1$N$H$N"
# This one libmicrohttpd refuses by itself, and repeats itself.
like "$(printf '%s' "POST /v1/jobs HTTP/1.1$N${H}Content-Length: +3$N${N}a=1" |
    "$python" "$top/tests/e2e/raw.py" "$port")" '^400( 400)? closed$' "a length with a sign"
raw "gzip, chunked" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Transfer-Encoding: gzip, chunked$N$N$chunk"
raw "xchunked" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Transfer-Encoding: xchunked$N$N$chunk"
raw "two encodings" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Transfer-Encoding: chunked${N}Transfer-Encoding: chunked$N$N$chunk"
raw "chunked on HTTP/1.0" "400 closed" \
    "POST /v1/jobs HTTP/1.0$N${H}Transfer-Encoding: chunked$N$N$chunk"
raw "no Host" "400 closed" "GET /healthz HTTP/1.1$N$N"
raw "two Hosts" "400 closed" "GET /healthz HTTP/1.1$N$H${H}$N"
raw "an escaped slash" "400 closed" "GET /v1%2f..%2fetc HTTP/1.1$N$H$N"
raw "an escaped NUL" "400 closed" "GET /style.css%00.png HTTP/1.1$N$H$N"
raw "dots that lead upwards" "400 closed" "GET /../../etc/passwd HTTP/1.1$N$H$N"
raw "escaped dots" "400 closed" "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1$N$H$N"

raw "one request keeps its connection" "200 open" "GET /healthz HTTP/1.1$N$H$N"
raw "three in a row are answered in a row" "200 404 200 open" \
    "GET /healthz HTTP/1.1$N$H${N}GET /nope HTTP/1.1$N$H${N}GET /healthz HTTP/1.1$N$H$N"
raw "a refused small body does not eat the next request" "403 200 open" \
    "POST /v1/jobs HTTP/1.1$N${H}Origin: http://evil.example${N}Content-Length: 3$N${N}a=1GET /healthz HTTP/1.1$N$H$N"
raw "chunked bodies are read" "404 200 open" \
    "POST /v1/nope HTTP/1.1$N${H}Transfer-Encoding: chunked$N$N${chunk}GET /healthz HTTP/1.1$N$H$N"
raw "HTTP/1.0 without Host is answered" "200 closed" "GET /healthz HTTP/1.0$N$N"

# What is behind a refused request is never taken for one of its own.
smuggled='GET /v1/smuggled HTTP/1.1\r\n'
raw "nothing is smuggled" "400 closed" \
    "POST /v1/jobs HTTP/1.1$N${H}Content-Length: 3${N}Transfer-Encoding: chunked$N${N}0$N$N$smuggled$H$N"
is "$(grep -c smuggled "$log")" 0 "the log knows of no smuggled request"
get /healthz
is "$code" 200 "the daemon serves on"
finish

#!/bin/bash
# The dashboard's files, the help pages, and who may ask for them.
# covers: http/index http/asset http/healthz http/problem_page
# covers: http/service_document http/readyz
. "$(dirname "$0")/lib.sh"
use_fake
start_daemon || { fail "the daemon starts" "$(cat "$log")"; finish; }

get /
is "$code $(header Content-Type)" "200 text/html; charset=utf-8" "the dashboard is at /"
like "$(header Content-Security-Policy)" "default-src 'self'" "it has a policy"
is "$(header X-Content-Type-Options)" nosniff "nothing is to be sniffed"
tag=$(header ETag)
get -H "If-None-Match: $tag" /
is "$code" 304 "a page known by its ETag is not sent again"
is "$body" "" "and has no body"
get /vendor/chart.mjs
is "$code $(header Content-Type)" "200 text/javascript; charset=utf-8" "modules are JavaScript"
ok "files come whole" cmp -s "$work/body" "$build/www/vendor/chart.mjs"
request -I /style.css
is "$code $(header Content-Length)" "200 $(stat -c %s "$top/www/style.css")" "HEAD tells the length"
get /nope.css
problem 404 not-found "an unknown file"
get -H 'Accept: application/json' /
is "$code $(json 'd["name"]')" "200 pruned" "programs get the service document at /"

get /v1
is "$code $(json 'd["name"]')" "200 pruned" "and at /v1"
get '/v1?x=1'
problem 400 bad-request "which takes no query"
get /healthz
is "$code $body" '200 {"alive":true}' "the daemon is alive"
get /readyz
is "$code" 200 "and ready"

slugs=$(sed -n 's/^PROBLEM([A-Z_]*, "\([a-z-]*\)".*/\1/p' "$top/src/service/problems.tbl")
missing=
for slug in $slugs; do
    get "/problems/$slug"
    [ "$code" = 200 ] && [[ $body == *"$slug"* ]] || missing="$missing $slug"
done
is "$missing" "" "every problem has its page ($(echo $slugs | wc -w))"
get /problems/none
problem 404 not-found "an unknown problem"

get /v1/nope
problem 404 not-found "an unknown address"
post /v1/models
problem 405 method-not-allowed "a wrong method"
is "$(header Allow)" "GET, HEAD" "Allow names the right ones"
request -X PATCH /v1/jobs
is "$code $(header Allow)" "405 GET, HEAD, POST" "PATCH is not for jobs"
request -X BREW /v1/jobs
is "$code" 405 "nor is an invented method"

get -H 'Origin: http://evil.example' /v1
problem 403 foreign-origin "a foreign Origin"
get -H 'Origin: null' /v1
problem 403 foreign-origin "an Origin that says nothing"
get -H 'Sec-Fetch-Site: cross-site' /
problem 403 foreign-origin "a page that another site opened"
get -H 'Host: evil.example' /v1
problem 403 foreign-origin "a foreign Host"
get -H "Host: localhost.evil.example:$port" /v1
problem 403 foreign-origin "a Host that begins like ours"
get -H "Host: localhost:$port" -H "Origin: http://localhost:$port" /v1
is "$code" 200 "our own page under another name of the loopback"
request -X POST -H 'Origin: http://evil.example' -d model=x /v1/jobs
problem 403 foreign-origin "a foreign page that posts a job"
stop_daemon
is "$status" 0 "SIGTERM ends it with 0"

start_daemon --hosts prune.example
get -H 'Host: prune.example' /v1
is "$code" 200 "a configured name is accepted"
stop_daemon

listen=unix:$work/socket
start_daemon
is "$url" "unix:$work/socket" "it listens on a socket file"
url=http://localhost
request --unix-socket "$work/socket" /healthz
is "$code" 200 "and answers there"
request --unix-socket "$work/socket" -H 'Host: evil.example' /healthz
problem 403 foreign-origin "not to foreign names"
is "$(stat -c %a "$work/socket")" 600 "for its owner alone"
stop_daemon
ok "the socket file is gone with it" test ! -e "$work/socket"
finish

#!/bin/sh
# Writes sources.am: one variable per room with the room's files, one
# criterion program per room of tests, and the rows that name them. A new
# file is thus built by being there; automake's own globs would not survive
# `make dist`.
set -eu
cd "$(dirname "$0")/.."
out=sources.am
tmp=$out.tmp

list() { # list VARIABLE FILES...
    printf '%s =' "$1"
    shift
    for f in "$@"; do printf ' \\\n\t%s' "$f"; done
    printf '\n\n'
}

files() { # files FOLDER PATTERN...: sorted, so that every machine agrees
    folder=$1
    shift
    for p in "$@"; do
        find "$folder" \( -path tests/out -o -name node_modules \) -prune -o \
            -name "$p" ! -name 'onnx.pb-c.*' ! -name embedded_sql.c -print
    done | LC_ALL=C sort
}

{
    echo "# Made by build-aux/sources.sh; do not edit."
    list prune_HEADERS $(files include/prune '*.h')
    for room in base graph engine ops onnx data prune recover measure \
        search api cli sys store executor service http; do
        list "${room}_files" $(files "src/$room" '*.[ch]' '*.tbl')
    done
    list sql_files $(files sql '*.sql')
    list www_files $(files www '*.html' '*.js' '*.css' '*.svg' | grep -v /vendor/)
    list docs_files $(files docs '*')
    # The room data has its unit tests in the same folder: what they are built
    # into is not for others.
    list test_data_files $(find tests/data \
        \( -name .deps -o -name __pycache__ \) -prune -o \
        -type f ! -name '*.[ch]' ! -name '*.o' ! -name .dirstamp -print |
        LC_ALL=C sort)
    list test_support_files $(files tests '*.sh' '*.py' '*.mjs' '*.js' \
        '*.json' '*.h' '*.supp' '*.txt' | grep -v -e tests/data/)
    list fuzz_files $(find tests/fuzz -type f ! -name '*.sh' ! -name '*.h' \
        ! -name '*.o' ! -name .dirstamp | LC_ALL=C sort)
    list conformance_files $(files tests/conformance '*.[ch]')
    list systemd_files $(files systemd '*')
    list example_files $(files examples '*')

    programs=
    for room in base graph engine ops onnx data prune recover measure \
        search api cli sys store executor service http; do
        tests=$(files "tests/$room" 'test_*.c')
        [ -n "$tests" ] || continue
        name=unit-$room
        var=tests_unit_$room
        programs="$programs tests/$name"
        list "${var}_SOURCES" $tests $(files tests/lib '*.[ch]')
        case $room in
        sys | store | executor | service | http)
            printf '%s_LDADD = $(daemon_test_libs)\n\n' "$var" ;;
        *)
            printf '%s_LDADD = $(library_test_libs)\n\n' "$var" ;;
        esac
    done
    list unit_programs $programs
    list e2e_scripts $(files tests/e2e 'test_*.sh')
    list check_scripts $(files tests 'check_*.sh')
} >"$tmp"
if cmp -s "$tmp" "$out"; then rm "$tmp"; else mv "$tmp" "$out"; fi

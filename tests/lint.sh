#!/bin/bash
# clang-tidy and cppcheck over src/; quiet means good. Run in a configured
# build directory (`make check-lint`).
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
build=$(pwd)
flags="-std=c11 -D_GNU_SOURCE -I$build -I$top/include -I$top/src -I$build/src
 -DPRUNE_PKGDATADIR=\"x\" -DPRUNE_SRCDIR=\"x\""
for tool in clang-tidy cppcheck; do
    command -v $tool >/dev/null || {
        echo "check-lint: $tool is missing; apt-get install $tool"
        exit 1
    }
done
status=0
find "$top/src" -name '*.c' ! -name '*.pb-c.c' ! -name embedded_sql.c |
    LC_ALL=C sort |
    xargs -P "$(nproc)" -n 8 sh -c 'clang-tidy --quiet "$@" -- '"$(
        printf '%s' "$flags" | tr '\n' ' ' | sed 's/"/\\"/g')"' 2>/dev/null' sh ||
    status=1
# cppcheck sees no system headers: jansson's loops are told to it, and what
# protobuf-c checks of itself is not judged. Its invalidFunctionArg takes
# log(fmax(x, tiny)) for log(0).
cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j "$(nproc)" \
    --enable=warning,performance,portability \
    '-Djson_array_foreach(a,i,v)=for(;;)' \
    '-Djson_object_foreach(o,k,v)=for(;;)' \
    --suppress=preprocessorErrorDirective --suppress=invalidFunctionArg \
    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
    -D_GNU_SOURCE -DPRUNE_PKGDATADIR='""' -DPRUNE_SRCDIR='""' \
    -I "$top/include" -I "$top/src" -i "$build/src/onnx/onnx.pb-c.c" \
    "$top/src" || status=1
[ $status = 0 ] && echo "check-lint: quiet"
exit $status

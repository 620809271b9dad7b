#!/bin/bash
# A row of a table without its source file or without its test fails, and so
# does a file of a kind that no row names. Rows look like ROW(name, ...).
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$top" || exit 1
n=0
for table in $(find src -name '*.tbl' | LC_ALL=C sort); do
    room=$(dirname "${table#src/}")
    for row in $(sed -n 's/^ROW(\([a-z0-9_]*\).*/\1/p' "$table"); do
        n=$((n + 1))
        what="$table: $row has its file and its test"
        # A table may stand one folder above its files (http/endpoints).
        if [ -z "$(find "src/$room" -maxdepth 2 -name "$row.c")" ]; then
            echo "not ok $n - $what"
            echo "# src/$room/$row.c is missing"
        elif [ ! -f "tests/$room/test_$row.c" ] &&
            ! grep -qs "covers: .*\b$room/$row\b" -r tests --include='*.[ch]' --include='*.sh'; then
            echo "not ok $n - $what"
            echo "# tests/$room/test_$row.c is missing"
        else
            echo "ok $n - $what"
        fi
    done
done
tables=$(find src -name '*.tbl' | wc -l)
n=$((n + 1))
echo "ok $n - rows of $tables tables were looked at"
echo "1..$n"

#!/bin/sh
# Prints a C file with the migrations of the folder given, in order, so that
# the daemon carries its own schema.
set -eu
echo '/* Made by build-aux/embed-sql.sh from sql/; do not edit. */'
echo '#include "store/migrate.h"'
echo
echo 'const struct migration migrations[] = {'
for f in $(find "$1" -maxdepth 1 -name '[0-9]*_*.sql' | LC_ALL=C sort); do
    printf '    {"%s",\n' "$(basename "$f")"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/     "/' -e 's/$/\\n"/' "$f"
    echo '    },'
done
echo '};'
echo 'const size_t n_migrations = sizeof migrations / sizeof *migrations;'

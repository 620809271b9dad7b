#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>

#include "base/err.h"

struct db;

/* The schema's steps, in order; made at build from sql/NNNN_name.sql. */
struct migration {
    const char *name, *sql;
};

extern const struct migration migrations[];
extern const size_t n_migrations;

/* "prun": tells our database from any other SQLite file. */
enum { APPLICATION_ID = 0x7072756e };

/* Brings the database from the version it has to the n-th, each step in a
 * transaction of its own. Refuses files of other programs and versions
 * newer than n. */
int migrate(struct db *db, const struct migration *steps, size_t n,
            struct prune_error *err);

#endif

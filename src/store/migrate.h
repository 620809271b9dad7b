#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>

/* The schema's steps, in order; made at build from sql/NNNN_name.sql. */
struct migration {
    const char *name, *sql;
};

extern const struct migration migrations[];
extern const size_t n_migrations;

#endif

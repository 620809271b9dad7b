#include "store/db.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "store/migrate.h"

enum { CACHED = 96, BUSY_MS = 5000 };

struct cached {
    const char *sql;
    sqlite3_stmt *stmt;
};

struct db {
    sqlite3 *handle;
    struct cached cache[CACHED];
    size_t n_cached;
    int last_error;
};

static int fail(struct db *db, struct prune_error *err, const char *what)
{
    db->last_error = sqlite3_errcode(db->handle);
    return err_set(err, PRUNE_E_FAILED, "database: %s: %.300s", what,
                   sqlite3_errmsg(db->handle));
}

int db_is_full(const struct db *db)
{
    return (db->last_error & 0xff) == SQLITE_FULL;
}

int db_in_transaction(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int db_exec(struct db *db, const char *sql, struct prune_error *err)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, err, "statement");
    return 0;
}

/* What protects from a damaged or hostile file, for both kinds. */
static int harden(struct db *db, struct prune_error *err)
{
    sqlite3 *h = db->handle;
    sqlite3_extended_result_codes(h, 1);
    if (sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) ||
        sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) ||
        sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
                          NULL) ||
        sqlite3_busy_timeout(h, BUSY_MS))
        return fail(db, err, "settings");
    return db_exec(db,
                   "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                   "PRAGMA mmap_size = 0;",
                   err);
}

static int open_at(struct db **out, const char *path, int flags,
                   struct prune_error *err)
{
    struct db *db = mem_new(sizeof *db);
    if (!db) {
        err_memory(err, "the database");
        return PRUNE_E_MEMORY;
    }
    int rc = 0;
    if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        rc = err_set(err, PRUNE_E_FAILED, "%s: cannot be opened: %s", path,
                     db->handle ? sqlite3_errmsg(db->handle) : "memory");
    if (!rc)
        rc = harden(db, err);
    if (rc)
        db_close(db);
    else
        *out = db;
    return rc;
}

/* A 202 must survive a power cut, hence FULL and not the faster NORMAL. */
static const char writer_settings[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 67108864;";

int db_open_writer(struct db **out, const char *path, struct prune_error *err)
{
    struct db *db = NULL;
    int rc = open_at(&db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                     err);
    if (rc || !db)
        return rc;
    if ((rc = db_exec(db, writer_settings, err)) ||
        (rc = migrate(db, migrations, n_migrations, err))) {
        err_prefix(err, "%s", path);
        db_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

int db_open_reader(struct db **out, const char *path, struct prune_error *err)
{
    struct db *db = NULL;
    int rc = open_at(&db, path, SQLITE_OPEN_READONLY, err);
    if (rc || !db)
        return rc;
    /* Two connections that checkpoint at once could lose pages in SQLite
     * before 3.51.3 ("WAL-reset bug"), so only the writer does. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if ((rc = db_exec(db, "PRAGMA wal_autocheckpoint = 0;", err))) {
        db_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->n_cached; i++)
        sqlite3_finalize(db->cache[i].stmt);
    sqlite3_close(db->handle);
    mem_free(db);
}

static sqlite3_stmt *prepared(struct db *db, const char *sql,
                              struct prune_error *err)
{
    for (size_t i = 0; i < db->n_cached; i++)
        if (db->cache[i].sql == sql)
            return db->cache[i].stmt;
    if (db->n_cached == CACHED) {
        err_set(err, PRUNE_E_FAILED, "database: too many statements");
        return NULL;
    }
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &stmt, NULL) != SQLITE_OK) {
        fail(db, err, "prepare");
        return NULL;
    }
    db->cache[db->n_cached++] = (struct cached){sql, stmt};
    return stmt;
}

static int bind_blob(sqlite3_stmt *stmt, int i, const void *data, size_t n)
{
    return data ? sqlite3_bind_blob64(stmt, i, data, n, SQLITE_STATIC)
                : sqlite3_bind_null(stmt, i);
}

static sqlite3_stmt *query(struct db *db, struct prune_error *err,
                           const char *sql, const char *kinds, va_list args)
{
    sqlite3_stmt *stmt = prepared(db, sql, err);
    if (!stmt)
        return NULL;
    db_reset(stmt);
    int rc = SQLITE_OK;
    for (int i = 1; *kinds && rc == SQLITE_OK; i++, kinds++) {
        if (*kinds == 't') {
            rc = sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1,
                                   SQLITE_STATIC);
        } else if (*kinds == 'i') {
            rc = sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
        } else {
            const void *data = va_arg(args, const void *);
            rc = bind_blob(stmt, i, data, va_arg(args, size_t));
        }
    }
    if (rc == SQLITE_OK)
        return stmt;
    fail(db, err, "bind");
    return NULL;
}

sqlite3_stmt *db_query(struct db *db, struct prune_error *err,
                       const char *sql, const char *kinds, ...)
{
    va_list args;
    va_start(args, kinds);
    sqlite3_stmt *stmt = query(db, err, sql, kinds, args);
    va_end(args);
    return stmt;
}

int db_step(struct db *db, sqlite3_stmt *stmt, struct prune_error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return 1;
    rc = rc == SQLITE_DONE ? 0 : fail(db, err, "step");
    db_reset(stmt);
    return rc;
}

void db_reset(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

int db_run(struct db *db, struct prune_error *err, const char *sql,
           const char *kinds, ...)
{
    va_list args;
    va_start(args, kinds);
    sqlite3_stmt *stmt = query(db, err, sql, kinds, args);
    va_end(args);
    if (!stmt)
        return PRUNE_E_FAILED;
    int rc;
    while ((rc = db_step(db, stmt, err)) == 1)
        continue;
    return rc;
}

int db_number(struct db *db, int64_t *out, int64_t other,
              struct prune_error *err, const char *sql, const char *kinds,
              ...)
{
    va_list args;
    va_start(args, kinds);
    sqlite3_stmt *stmt = query(db, err, sql, kinds, args);
    va_end(args);
    if (!stmt)
        return PRUNE_E_FAILED;
    int rc = db_step(db, stmt, err);
    if (rc < 0)
        return rc;
    *out = rc ? sqlite3_column_int64(stmt, 0) : other;
    db_reset(stmt);
    return 0;
}

int64_t db_changes(const struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_row(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

const char *db_text_or_null(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

const char *db_text(sqlite3_stmt *stmt, int column)
{
    const char *text = db_text_or_null(stmt, column);
    return text ? text : "";
}

#include "store/migrate.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "store/db.h"

static int check_ours(struct db *db, int64_t *version,
                      struct prune_error *err)
{
    int64_t application, objects;
    int rc = db_number(db, &application, 0, err, "PRAGMA application_id", "");
    if (!rc)
        rc = db_number(db, version, 0, err, "PRAGMA user_version", "");
    if (!rc)
        rc = db_number(db, &objects, 0, err,
                       "SELECT count(*) FROM sqlite_schema", "");
    if (rc)
        return rc;
    int fresh = !application && !*version && !objects;
    if (!fresh && application != APPLICATION_ID)
        return err_set(err, PRUNE_E_FAILED,
                       "is a database of another program");
    return 0;
}

static int step(struct db *db, const struct migration *m, size_t version,
                struct prune_error *err)
{
    char *sql = mem_printf("BEGIN IMMEDIATE; %s\n"
                           "PRAGMA application_id = %d;"
                           "PRAGMA user_version = %zu; COMMIT;",
                           m->sql, (int)APPLICATION_ID, version);
    if (!sql)
        return err_memory(err, "a migration");
    int rc = db_exec(db, sql, err);
    mem_free(sql);
    if (rc) {
        err_prefix(err, "%s", m->name);
        if (db_in_transaction(db))
            (void)db_exec(db, "ROLLBACK", NULL);
    }
    return rc;
}

int migrate(struct db *db, const struct migration *steps, size_t n,
            struct prune_error *err)
{
    int64_t version;
    int rc = check_ours(db, &version, err);
    if (rc)
        return rc;
    if (version < 0 || (uint64_t)version > n)
        return err_set(err, PRUNE_E_FAILED,
                       "has schema version %" PRId64 ", newer than the %zu "
                       "that this pruned knows; use a newer pruned",
                       version, n);
    for (size_t i = (size_t)version; !rc && i < n; i++)
        rc = step(db, &steps[i], i + 1, err);
    return rc;
}

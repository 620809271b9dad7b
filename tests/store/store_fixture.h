#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "store/blob.h"
#include "store/db.h"
#include "store/job.h"
#include "store/state.h"

/* A state directory of a test's own, with its database open. */
static char root[64];
static struct state state;
static struct db *db;
static struct prune_error err;

__attribute__((unused)) static void store_setup(void)
{
    strcpy(root, "/tmp/pruned-store-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    cr_assert_eq(state_open(&state, root, &err), 0, "%s", err.text);
    cr_assert_eq(db_open_writer(&db, state.database, &err), 0, "%s",
                 err.text);
}

__attribute__((unused)) static void store_teardown(void)
{
    db_close(db);
    state_close(&state);
    cr_assert_eq(state_remove(root), 0);
}

__attribute__((unused)) static int64_t number(const char *sql)
{
    int64_t n = -1;
    cr_assert_eq(db_number(db, &n, -1, &err, sql, ""), 0, "%s", err.text);
    return n;
}

/* A blob of these bytes, with its row; its digest goes to `hex`. */
__attribute__((unused)) static void put_blob(char hex[static SHA256_HEX],
                                             const char *bytes)
{
    struct blob_file f;
    cr_assert_eq(blob_file_begin(&f, state.blobs, &err), 0, "%s", err.text);
    cr_assert_eq(blob_file_write(&f, bytes, strlen(bytes), &err), 0);
    blob_file_end(&f);
    cr_assert_eq(blob_file_sync(&f, &err), 0, "%s", err.text);
    cr_assert_eq(blob_file_link(&f, state.blobs, &err), 0, "%s", err.text);
    cr_assert_eq(blob_insert(db, f.hex, f.bytes, &err), 0, "%s", err.text);
    memcpy(hex, f.hex, SHA256_HEX);
    blob_file_drop(&f);
}

/* A job on that blob; its number. */
__attribute__((unused)) static int64_t put_job(const char *id,
                                               const char *hex)
{
    struct job_new job = {.id = id, .model = "m", .model_sha256 = hex,
                          .technique = "weight",
                          .target = "{\"sparsity\":0.5}", .settings = "{}"};
    cr_assert_eq(job_insert(db, &job, &err), 0, "%s", err.text);
    return number("SELECT max(seq) FROM job");
}

#endif

/* covers: store/db store/migrate store/state */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/migrate.h"
#include "store_fixture.h"

TestSuite(db, .init = store_setup, .fini = store_teardown);

Test(db, is_set_up_for_durability)
{
    cr_assert_eq(number("PRAGMA user_version"), (int64_t)n_migrations);
    cr_assert_eq(number("PRAGMA application_id"), APPLICATION_ID);
    cr_assert_eq(number("PRAGMA synchronous"), 2);
    cr_assert_eq(number("PRAGMA foreign_keys"), 1);
    struct stat st;
    cr_assert_eq(stat(root, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0700);
}

Test(db, every_table_is_strict)
{
    cr_assert_eq(number("SELECT count(*) FROM pragma_table_list "
                        "WHERE schema = 'main' AND type = 'table' "
                        "AND name NOT LIKE 'sqlite_%' AND NOT strict"),
                 0);
}

Test(db, a_reader_sees_commits_and_writes_nothing)
{
    struct db *reader;
    cr_assert_eq(db_open_reader(&reader, state.database, &err), 0);
    char hex[SHA256_HEX];
    put_blob(hex, "x");
    int64_t n;
    cr_assert_eq(db_number(reader, &n, 0, &err, "SELECT count(*) FROM blob",
                           ""), 0);
    cr_assert_eq(n, 1);
    cr_assert_lt(db_run(reader, &err, "DELETE FROM blob", ""), 0);
    db_close(reader);
}

Test(db, binds_what_it_is_given)
{
    sqlite3_stmt *row = db_query(db, &err, "SELECT ?, ?, ?, ?", "titb", "a",
                                 INT64_C(1) << 40, (const char *)NULL,
                                 (const void *)"\0b", (size_t)2);
    cr_assert_eq(db_step(db, row, &err), 1);
    cr_assert_str_eq(db_text(row, 0), "a");
    cr_assert_eq(sqlite3_column_int64(row, 1), INT64_C(1) << 40);
    cr_assert_null(db_text_or_null(row, 2));
    cr_assert_str_eq(db_text(row, 2), "");
    cr_assert_eq(sqlite3_column_bytes(row, 3), 2);
    cr_assert_eq(db_step(db, row, &err), 0);
}

Test(db, keeps_to_its_checks)
{
    char hex[SHA256_HEX];
    put_blob(hex, "x");
    put_job("j1", hex);
    cr_assert_lt(db_run(db, &err, "UPDATE job SET state = 'lost'", ""), 0);
    cr_assert_lt(db_run(db, &err, "UPDATE job SET state = 'failed'", ""), 0);
    cr_assert_lt(db_run(db, &err, "UPDATE job SET attempt = 4", ""), 0);
    cr_assert_lt(db_run(db, &err, "DELETE FROM blob", ""), 0);
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = 'queued'"),
                 1);
}

/* --- migrations ------------------------------------------------------- */

static const struct migration steps[] = {
    {"0001_a.sql", "CREATE TABLE a (x INTEGER) STRICT;"},
    {"0002_b.sql", "INSERT INTO a VALUES (1); CREATE TABLE b (y) ;"},
    {"0003_bad.sql", "CREATE TABLE c (z); CREATE TABLE a (again);"},
};

Test(db, refuses_databases_of_others)
{
    char path[128];
    snprintf(path, sizeof path, "%s/other.db", root);
    sqlite3 *h;
    cr_assert_eq(sqlite3_open(path, &h), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(h, "CREATE TABLE t (x)", NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(h);
    struct db *d = NULL;
    cr_assert_lt(db_open_writer(&d, path, &err), 0);
    cr_assert_not_null(strstr(err.text, "another program"), "%s", err.text);
    cr_assert_null(d);
}

Test(db, refuses_a_newer_schema)
{
    cr_assert_eq(db_exec(db, "PRAGMA user_version = 99", &err), 0);
    struct db *d = NULL;
    cr_assert_lt(db_open_writer(&d, state.database, &err), 0);
    cr_assert_not_null(strstr(err.text, "newer"), "%s", err.text);
}

Test(db, a_failed_step_leaves_the_one_before)
{
    /* Our own schema is steps 1 and 2. */
    const struct migration own[] = {
        {"0001_start.sql", "SELECT 1;"}, {"0002_model_files.sql", "SELECT 1;"},
        steps[0], steps[1], steps[2]};
    cr_assert_eq(migrate(db, own, 4, &err), 0, "%s", err.text);
    cr_assert_eq(number("PRAGMA user_version"), 4);
    cr_assert_eq(number("SELECT count(*) FROM a"), 1);
    cr_assert_lt(migrate(db, own, 5, &err), 0);
    cr_assert_not_null(strstr(err.text, "0003_bad.sql"), "%s", err.text);
    cr_assert_eq(number("PRAGMA user_version"), 4);
    cr_assert_eq(number("SELECT count(*) FROM sqlite_schema "
                        "WHERE name = 'c'"), 0);
}

/* --- the state directory ---------------------------------------------- */

Test(db, a_second_daemon_is_refused)
{
    struct state second;
    struct prune_error e = {0};
    cr_assert_eq(state_open(&second, root, &e), PRUNE_E_FAILED);
    char pid[64];
    snprintf(pid, sizeof pid, "process %d", (int)getpid());
    cr_assert_not_null(strstr(e.text, root), "%s", e.text);
    cr_assert_not_null(strstr(e.text, pid), "%s", e.text);
}

Test(db, the_lock_ends_with_its_process)
{
    char path[96];
    snprintf(path, sizeof path, "%s/deep/er", root);
    pid_t child = fork();
    if (!child) {
        struct state s;
        _exit(state_open(&s, path, NULL) ? 1 : 0);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert_eq(status, 0);
    struct state s;
    cr_assert_eq(state_open(&s, path, &err), 0, "%s", err.text);
    state_close(&s);
}

Test(db, opening_lives_with_any_allocation_failing)
{
    for (long i = 0;; i++) {
        struct db *d = NULL;
        struct prune_error e = {0};
        mem_fail_after(i);
        int rc = db_open_writer(&d, state.database, &e);
        int failed = mem_failed();
        mem_fail_after(-1);
        db_close(d);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
}

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store_fixture.h"

static char hex[SHA256_HEX];

static void setup(void)
{
    store_setup();
    put_blob(hex, "a model");
}

TestSuite(job, .init = setup, .fini = store_teardown);

/* The id of the job that is claimed, or "". */
static const char *claim(struct job_claimed *c)
{
    int found = -1;
    *c = (struct job_claimed){0};
    cr_assert_eq(job_claim(db, c, &found, &err), 0, "%s", err.text);
    return found ? c->id : "";
}

static const char *state_of(int64_t seq)
{
    static char text[16];
    sqlite3_stmt *row = db_query(db, &err, "SELECT state FROM job "
                                 "WHERE seq = ?", "i", seq);
    cr_assert_eq(db_step(db, row, &err), 1);
    snprintf(text, sizeof text, "%s", db_text(row, 0));
    db_reset(row);
    return text;
}

Test(job, the_queue_keeps_its_order)
{
    put_job("jb", hex);
    put_job("ja", hex);
    put_job("jc", hex);
    struct job_claimed c;
    cr_assert_str_eq(claim(&c), "jb");
    cr_assert_eq(c.attempt, 1);
    cr_assert_str_eq(c.technique, "weight");
    cr_assert_str_eq(c.model_sha256, hex);
    cr_assert_null(c.dataset_sha256);
    job_claimed_done(&c);
    cr_assert_str_eq(claim(&c), "ja");
    job_claimed_done(&c);
    cr_assert_str_eq(claim(&c), "jc");
    job_claimed_done(&c);
    cr_assert_str_eq(claim(&c), "");
}

Test(job, requeued_comes_first_again)
{
    int64_t first = put_job("j1", hex);
    put_job("j2", hex);
    struct job_claimed c;
    claim(&c);
    job_claimed_done(&c);
    cr_assert_eq(job_requeue(db, first, 1, &err), 0);
    cr_assert_str_eq(state_of(first), "queued");
    cr_assert_str_eq(claim(&c), "j1");
    cr_assert_eq(c.attempt, 2);
    job_claimed_done(&c);
    cr_assert_eq(job_requeue(db, first, 0, &err), 0);
    cr_assert_str_eq(claim(&c), "j1");
    cr_assert_eq(c.attempt, 2); /* the drain did not count */
    job_claimed_done(&c);
}

Test(job, ends_once)
{
    char out[SHA256_HEX];
    put_blob(out, "output");
    int64_t seq = put_job("j1", hex);
    cr_assert_lt(job_succeed(db, seq, "{}", out, &err), 0); /* not running */
    struct job_claimed c;
    claim(&c);
    job_claimed_done(&c);
    cr_assert_eq(job_succeed(db, seq, "{}", out, &err), 0);
    cr_assert_str_eq(state_of(seq), "succeeded");
    err.code = 0;
    cr_assert_lt(job_fail(db, seq, "{}", &err), 0);
    cr_assert_lt(job_cancel(db, seq, &err), 0);
    cr_assert_lt(job_requeue(db, seq, 1, &err), 0);
    cr_assert_str_eq(state_of(seq), "succeeded");
}

Test(job, each_change_tells_and_raises_the_revision)
{
    int64_t seq = put_job("j1", hex);
    cr_assert_eq(number("SELECT revision FROM job"), 1);
    struct job_claimed c;
    claim(&c);
    job_claimed_done(&c);
    cr_assert_eq(number("SELECT revision FROM job"), 2);
    cr_assert_eq(job_set_progress(db, seq, "{\"done\":1}", &err), 0);
    cr_assert_eq(number("SELECT revision FROM job"), 3);
    cr_assert_eq(job_fail(db, seq, "{\"type\":\"t\"}", &err), 0);
    cr_assert_eq(number("SELECT revision FROM job"), 4);
    cr_assert_eq(number("SELECT count(*) FROM job_event"), 3);
    cr_assert_eq(number("SELECT count(*) FROM job_event WHERE data ->> "
                        "'$.error.type' = 't' AND data ->> '$.state' = "
                        "'failed'"), 1);
}

Test(job, canceling_a_running_one_only_asks)
{
    int64_t seq = put_job("j1", hex);
    cr_assert_eq(job_request_cancel(db, seq, &err), 0); /* queued: nothing */
    cr_assert_eq(number("SELECT cancel_requested FROM job"), 0);
    struct job_claimed c;
    claim(&c);
    job_claimed_done(&c);
    cr_assert_eq(job_request_cancel(db, seq, &err), 0);
    cr_assert_str_eq(state_of(seq), "running");
    cr_assert_eq(number("SELECT cancel_requested FROM job"), 1);
}

Test(job, takes_its_events_and_log_with_it)
{
    int64_t seq = put_job("j1", hex);
    cr_assert_eq(job_add_event(db, seq, "log", "{}", &err), 0);
    cr_assert_eq(job_set_log(db, seq, "", 0, &err), 0, "%s", err.text);
    cr_assert_eq(job_set_log(db, seq, "text", 4, &err), 0);
    cr_assert_eq(number("SELECT length(text) FROM job_log"), 4);
    cr_assert_eq(job_delete(db, seq, &err), 0);
    cr_assert_eq(number("SELECT count(*) FROM job_event"), 0);
    cr_assert_eq(number("SELECT count(*) FROM job_log"), 0);
}

Test(job, only_known_kinds_of_events)
{
    int64_t seq = put_job("j1", hex);
    cr_assert_lt(job_add_event(db, seq, "gossip", "{}", &err), 0);
}

Test(job, claiming_lives_with_any_allocation_failing)
{
    int64_t seq = put_job("j1", hex);
    for (long i = 0;; i++) {
        struct job_claimed c = {0};
        struct prune_error e = {0};
        int found = 0;
        cr_assert_eq(db_exec(db, "BEGIN IMMEDIATE", &e), 0);
        mem_fail_after(i);
        int rc = job_claim(db, &c, &found, &e);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert_eq(db_exec(db, "ROLLBACK", NULL), 0);
        cr_assert_str_eq(state_of(seq), "queued");
        job_claimed_done(&c);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
}

/* covers: service/recover service/service service/describe sys/fault */
#include <fcntl.h>
#include <signal.h>

#include "service_fixture.h"
#include "store/db.h"
#include "store/job.h"

TestSuite(recover, .init = prepare, .fini = teardown, .timeout = 120);

/* Puts the daemon into a child process and lets `work` drive it there; with
 * `fault` the child dies on the way. Returns how the child ended. */
static int in_child(const char *fault, void (*work)(void))
{
    pid_t pid = fork();
    if (!pid) {
        if (fault)
            setenv("PRUNED_FAULT", fault, 1);
        start_service();
        work();
        stop_service();
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static int64_t number(const char *sql)
{
    char path[96];
    struct db *db;
    struct prune_error e = {0};
    int64_t n = -1;
    snprintf(path, sizeof path, "%s/state/pruned.db", root);
    cr_assert_eq(db_open_reader(&db, path, &e), 0, "%s", e.text);
    cr_assert_eq(db_number(db, &n, -1, &e, sql, ""), 0, "%s", e.text);
    db_close(db);
    return n;
}

static char ids[3][ID_TEXT];

static void three_jobs(void)
{
    cr_assert_eq(status_of(put_model("m", "sleep 1\n")), 201);
    for (int i = 0; i < 3; i++)
        new_job(ids[i], "{'model':'m','technique':'weight','sparsity':"
                        "0.5}");
}

static void die(void)
{
    three_jobs();
    await_end(ids[0], "running");
    kill(getpid(), SIGKILL);
}

/* What must hold after any crash, once the daemon is up and idle again. */
static void check_whole(void)
{
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state IN "
                        "('queued', 'running')"), 0);
    cr_assert_eq(count_files("blobs"), number("SELECT count(*) FROM blob"));
    cr_assert_eq(number("SELECT count(*) FROM blob WHERE state = "
                        "'missing'"), 0);
    cr_assert_eq(count_files("work"), 0);
}

static void await_idle(void)
{
    while (number("SELECT count(*) FROM job WHERE state IN ('queued', "
                  "'running')"))
        nap();
    while (count_files("work"))
        nap();
}

Test(recover, accepted_jobs_survive_a_kill)
{
    cr_assert_eq(in_child(NULL, die), SIGKILL);
    cr_assert_eq(number("SELECT count(*) FROM job"), 3);
    start_service();
    await_idle();
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = "
                        "'succeeded'"), 3);
    cr_assert_eq(number("SELECT attempt FROM job ORDER BY seq LIMIT 1"), 2);
    check_whole();
}

/* New or not: an earlier life may have got that far. */
static void put_again(const char *text)
{
    if (status_of(put_model("m", text)) / 100 != 2)
        _exit(99);
}

static void whole_life(void)
{
    char id[ID_TEXT];
    put_again("ok\n");
    await_end(new_job(id, "{'model':'m','technique':'weight','sparsity':"
                          "0.5}"), "succeeded");
    put_again("ok two\n");
    if (status_of(ask(service_post_job_delete, id)) != 204)
        _exit(99);
}

Test(recover, every_point_of_a_life_is_safe)
{
    static const char *const points[] = {
        "upload-begun", "upload-synced", "upload-inspected", "blob-linked",
        "before-commit:1", "after-commit:1", "before-answer:1",
        "before-commit:2", "after-commit:2", "before-answer:2",
        "job-started", "worker-exited", "output-linked", "job-finished",
        "before-commit:4", "after-commit:4", "before-answer:3",
        "blob-linked:2", "upload-begun:2", "blob-unlinked",
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        int status = in_child(points[i], whole_life);
        cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
                  "%s: status %d", points[i], status);
        start_service();
        await_idle();
        check_whole();
        cr_assert_eq(number("SELECT count(*) FROM job WHERE state != "
                            "'succeeded'"), 0, "%s", points[i]);
        stop_service();
    }
}

/* As if the daemon had died while the job ran, `attempt` times in all. */
static void mark_running(int attempt, int cancel)
{
    struct db *db;
    struct prune_error e = {0};
    char path[96];
    snprintf(path, sizeof path, "%s/state/pruned.db", root);
    cr_assert_eq(db_open_writer(&db, path, &e), 0, "%s", e.text);
    cr_assert_eq(db_run(db, &e, "UPDATE job SET state = 'running', "
                        "attempt = ?, cancel_requested = ?, started = 1", "ii",
                        (int64_t)attempt, (int64_t)cancel), 0);
    db_close(db);
}

static void one_queued(void)
{
    char id[ID_TEXT];
    cr_assert_eq(status_of(put_model("s", "sleep 60\n")), 201);
    cr_assert_eq(status_of(put_model("m", "ok\n")), 201);
    await_end(new_job(id, "{'model':'s','technique':'weight','sparsity':"
                          "0.5}"), "running");
    new_job(ids[0], "{'model':'m','technique':'weight','sparsity':0.5}");
    cr_assert_eq(status_of(ask(service_post_cancel, id)), 202);
    kill(getpid(), SIGKILL);
}

Test(recover, three_attempts_are_enough)
{
    cr_assert_eq(in_child(NULL, one_queued), SIGKILL);
    mark_running(3, 0);
    start_service();
    await_idle();
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = 'failed' "
                        "AND error ->> '$.type' = 'too-many-attempts'"), 2);
}

Test(recover, what_was_to_stop_is_canceled)
{
    cr_assert_eq(in_child(NULL, one_queued), SIGKILL);
    mark_running(1, 1);
    start_service();
    await_idle();
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = "
                        "'canceled'"), 2);
}

static void stop_in_the_middle(void)
{
    three_jobs();
    await_end(ids[0], "running");
}

Test(recover, a_stop_requeues_without_counting)
{
    cr_assert_eq(in_child(NULL, stop_in_the_middle), 0);
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = 'queued'"),
                 3);
    cr_assert_eq(number("SELECT max(attempt) FROM job"), 0);
    cr_assert_eq(count_files("work"), 0);
    start_service();
    await_idle();
    cr_assert_eq(number("SELECT max(attempt) FROM job"), 1);
}

Test(recover, a_drain_lets_running_jobs_end)
{
    config.drain_seconds = 60;
    cr_assert_eq(in_child(NULL, stop_in_the_middle), 0);
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = "
                        "'succeeded'"), 1);
    cr_assert_eq(number("SELECT count(*) FROM job WHERE state = 'queued'"),
                 2);
}

Test(recover, stray_files_are_swept)
{
    start_service();
    cr_assert_eq(status_of(put_model("m", "ok\n")), 201);
    stop_service();
    char path[256];
    snprintf(path, sizeof path, "%s/state/work/jstray", root);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/state/work/jstray/output.onnx", root);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    snprintf(path, sizeof path, "%s/state/blobs/sha256/ab", root);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/state/blobs/sha256/ab/abcd", root);
    close(open(path, O_WRONLY | O_CREAT, 0600));
    start_service();
    check_whole();
    cr_assert_eq(count_files("blobs"), 1);
}

Test(recover, a_lost_file_is_reported_and_mended)
{
    start_service();
    struct answer a = put_model("m", "ok\n");
    char path[256];
    snprintf(path, sizeof path, "%s/state/blobs/sha256/%.2s/%s", root,
             a.digest, a.digest);
    answer_done(&a);
    stop_service();
    cr_assert_eq(unlink(path), 0);
    start_service();
    cr_assert_eq(read_model(reader(), "m", &a), 0);
    cr_assert_str_eq(json_text(a.body, "file_state", ""), "missing");
    answer_done(&a);
    cr_assert_str_eq(slug_of(post("{'model':'m','technique':'weight',"
                                  "'sparsity':0.5}")), "file-missing");
    cr_assert_eq(status_of(put_model("m", "ok\n")), 200);
    char id[ID_TEXT];
    await_end(new_job(id, "{'model':'m','technique':'weight','sparsity':"
                          "0.5}"), "succeeded");
}

/* --- starts that fail ------------------------------------------------- */

static const char *start_error(void)
{
    static struct prune_error e;
    struct service *s = NULL;
    e = (struct prune_error){0};
    cr_assert_lt(service_open(&s, &config, &e), 0);
    cr_assert_null(s);
    return e.text;
}

Test(recover, a_second_daemon_is_refused)
{
    start_service();
    cr_assert_not_null(strstr(start_error(), "another pruned"));
}

Test(recover, a_worker_of_another_version_is_refused)
{
    setenv("FAKE_PRUNE_VERSION", "99.0", 1);
    cr_assert_not_null(strstr(start_error(), "is version 99.0"));
    mem_free(config.prune);
    config.prune = mem_strdup("/bin/true");
    cr_assert_not_null(strstr(start_error(), "no JSON object"));
    mem_free(config.prune);
    config.prune = mem_strdup("/bin/false");
    cr_assert_not_null(strstr(start_error(), "failed"));
    mem_free(config.prune);
    config.prune = mem_strdup("/nowhere/prune");
    cr_assert_not_null(strstr(start_error(), "cannot be started"));
}

Test(recover, nothing_is_accepted_while_stopping)
{
    start_service();
    cr_assert_eq(status_of(put_model("m", "sleep 1\n")), 201);
    char id[ID_TEXT];
    config.drain_seconds = 60;
    await_end(new_job(id, "{'model':'m','technique':'weight','sparsity':"
                          "0.5}"), "running");
    service_stop(service);
    while (!service_draining(service))
        nap();
    cr_assert_str_eq(slug_of(post("{'model':'m','technique':'weight',"
                                  "'sparsity':0.5}")), "draining");
    cr_assert_str_eq(slug_of(put_model("n", "ok\n")), "draining");
    struct answer a = {0};
    cr_assert_eq(read_ready(reader(), &a), -1);
    cr_assert_str_eq(slug_of(a), "not-ready");
}

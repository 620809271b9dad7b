#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executor/executor.h"

/* Workers here are shell scripts that are called as `prune worker DIR`. */

static char folder[64], program[96];
static uv_loop_t loop;
static struct prune_error err;

static void script(const char *text)
{
    snprintf(program, sizeof program, "%s/prune", folder);
    int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    cr_assert(fd >= 0);
    dprintf(fd, "#!/bin/sh\n%s\n", text);
    close(fd);
}

static void setup(void)
{
    strcpy(folder, "/tmp/pruned-local-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(uv_loop_init(&loop), 0);
}

static void teardown(void)
{
    cr_assert_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    cr_assert_eq(uv_loop_close(&loop), 0);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(local, .init = setup, .fini = teardown, .timeout = 60);

static struct task_end seen;
static int n_seen;

static void ended(void *data, const struct task_end *end)
{
    (void)data;
    seen = *end;
    n_seen++;
}

static int start(struct task **task, int threads)
{
    struct task_request r = {.loop = &loop, .program = program,
                             .folder = folder, .threads = threads,
                             .ended = ended};
    return executor_find("local")->start(task, &r, &err);
}

static void run_one(void)
{
    struct task *task;
    cr_assert_eq(start(&task, 2), 0, "%s", err.text);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(n_seen, 1);
}

static const char *log_text(void)
{
    static char text[4096];
    char path[96];
    snprintf(path, sizeof path, "%s/log", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    close(fd);
    return text;
}

Test(local, is_the_only_one_of_its_name)
{
    cr_assert_not_null(executor_find("local"));
    cr_assert_null(executor_find("abacus"));
}

Test(local, runs_in_its_folder_with_its_output_in_the_log)
{
    script("echo \"$1 $2 $(pwd)\"; echo loud >&2; exit 7");
    run_one();
    cr_assert_eq(seen.status, 7);
    cr_assert_eq(seen.signal, 0);
    char wanted[256];
    snprintf(wanted, sizeof wanted, "worker %s %s\nloud\n", folder, folder);
    cr_assert_str_eq(log_text(), wanted);
}

Test(local, sets_the_threads_of_numerical_libraries)
{
    setenv("OMP_NUM_THREADS", "77", 1);
    setenv("PRUNED_FAULT", "none", 1);
    script("echo $OMP_NUM_THREADS $OMP_WAIT_POLICY $OPENBLAS_NUM_THREADS "
           "${PRUNED_FAULT-unset}");
    run_one();
    cr_assert_str_eq(log_text(), "2 passive 1 unset\n");
}

Test(local, tells_the_signal)
{
    script("kill -9 $$");
    run_one();
    cr_assert_eq(seen.signal, SIGKILL);
}

static void stop_soon(uv_timer_t *timer)
{
    executor_find("local")->stop(timer->data, SIGTERM);
    uv_close((uv_handle_t *)timer, NULL);
}

Test(local, stops_all_that_the_worker_started)
{
    script("sleep 300 & sleep 300 & wait");
    struct task *task;
    uv_timer_t timer;
    cr_assert_eq(start(&task, 1), 0);
    uv_timer_init(&loop, &timer);
    timer.data = task;
    uv_timer_start(&timer, stop_soon, 300, 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(seen.signal, SIGTERM);
    /* Nobody of the group is left to hold the lock. */
    cr_assert_eq(executor_find("local")->reclaim(folder, 5000, &err), 0,
                 "%s", err.text);
}

Test(local, a_program_that_is_not_there_is_an_error)
{
    snprintf(program, sizeof program, "%s/missing", folder);
    struct task *task = NULL;
    cr_assert_lt(start(&task, 1), 0);
    cr_assert_not_null(strstr(err.text, "cannot be started"), "%s",
                       err.text);
    cr_assert_null(task);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(n_seen, 0);
}

Test(local, one_worker_a_folder)
{
    script("sleep 1");
    struct task *one, *two = NULL;
    cr_assert_eq(start(&one, 1), 0);
    cr_assert_lt(start(&two, 1), 0);
    cr_assert_null(two);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(n_seen, 1);
}

/* A worker whose daemon is gone: started by a child that exits at once. */
Test(local, reclaim_kills_the_worker_of_an_earlier_daemon)
{
    script("sleep 300");
    pid_t daemon = fork();
    if (!daemon) {
        struct task *task;
        uv_loop_t other;
        uv_loop_init(&other);
        struct task_request r = {.loop = &other, .program = program,
                                 .folder = folder, .threads = 1,
                                 .ended = ended};
        _exit(executor_find("local")->start(&task, &r, NULL) ? 1 : 0);
    }
    int status;
    cr_assert_eq(waitpid(daemon, &status, 0), daemon);
    cr_assert_eq(status, 0);
    char path[96];
    snprintf(path, sizeof path, "%s/lock", folder);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_eq(flock(fd, LOCK_EX | LOCK_NB), -1);
    cr_assert_eq(executor_find("local")->reclaim(folder, 10000, &err), 0,
                 "%s", err.text);
    cr_assert_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
}

Test(local, reclaim_of_an_idle_folder_is_quick)
{
    cr_assert_eq(executor_find("local")->reclaim(folder, 0, &err), 0);
}

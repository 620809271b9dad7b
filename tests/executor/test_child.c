/* covers: executor/child executor/environment */
#include "executor/child.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "executor/environment.h"

static uv_loop_t loop;
static struct prune_error err;
static struct child_end seen;
static char out[256], errors[256];
static int n_seen;

static void setup(void)
{
    cr_assert_eq(uv_loop_init(&loop), 0);
}

static void teardown(void)
{
    cr_assert_eq(uv_loop_close(&loop), 0);
}

TestSuite(child, .init = setup, .fini = teardown, .timeout = 60);

static void ended(void *data, const struct child_end *end)
{
    (void)data;
    seen = *end;
    snprintf(out, sizeof out, "%s", end->out);
    snprintf(errors, sizeof errors, "%s", end->err);
    n_seen++;
}

static void run_shell(const char *text, struct child_request r)
{
    const char *args[] = {"/bin/sh", "-c", text, NULL};
    struct child *c;
    r.loop = &loop;
    r.args = args;
    r.ended = ended;
    if (!r.most_output)
        r.most_output = 1000;
    cr_assert_eq(child_start(&c, &r, &err), 0, "%s", err.text);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(n_seen, 1);
}

Test(child, gives_back_what_it_wrote)
{
    run_shell("echo told; echo complained >&2; exit 3",
              (struct child_request){.fd = -1});
    cr_assert_eq(seen.status, 3);
    cr_assert_eq(seen.signal, 0);
    cr_assert_str_eq(out, "told\n");
    cr_assert_str_eq(errors, "complained\n");
}

Test(child, may_say_nothing)
{
    run_shell(":", (struct child_request){.fd = -1});
    cr_assert_eq(seen.n_out, 0);
    cr_assert_str_eq(out, "");
}

Test(child, reads_the_file_it_was_given)
{
    char path[] = "/tmp/pruned-child-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);
    cr_assert_eq(write(fd, "inside", 6), 6);
    unlink(path);
    run_shell("cat /proc/self/fd/3", (struct child_request){.fd = fd});
    cr_assert_str_eq(out, "inside");
    close(fd);
}

Test(child, is_stopped_when_its_time_is_over)
{
    run_shell("sleep 300", (struct child_request){.fd = -1, .wall_ms = 200});
    cr_assert(seen.timed_out);
    cr_assert_eq(seen.signal, SIGKILL);
}

Test(child, is_stopped_when_it_writes_too_much)
{
    run_shell("yes", (struct child_request){.fd = -1, .most_output = 100});
    cr_assert(seen.overflowed);
    cr_assert_eq(seen.n_out, 100);
}

Test(child, complaints_are_cut_without_an_end)
{
    run_shell("yes | head -c 100000 >&2; echo done",
              (struct child_request){.fd = -1});
    cr_assert_eq(seen.status, 0);
    cr_assert_eq(seen.n_err, 16384);
    cr_assert_str_eq(out, "done\n");
}

Test(child, has_a_limit_of_processor_time)
{
    run_shell("while :; do :; done",
              (struct child_request){.fd = -1, .cpu_seconds = 1,
                                     .wall_ms = 50000});
    cr_assert_eq(seen.signal, SIGXCPU);
    cr_assert(!seen.timed_out);
}

Test(child, that_is_not_there_is_an_error)
{
    const char *args[] = {"/nowhere/prune", NULL};
    struct child *c = NULL;
    struct child_request r = {.loop = &loop, .args = args, .fd = -1,
                              .ended = ended, .most_output = 10};
    cr_assert_lt(child_start(&c, &r, &err), 0);
    cr_assert_not_null(strstr(err.text, "/nowhere/prune"), "%s", err.text);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_assert_eq(n_seen, 0);
}

Test(environment, lives_with_any_allocation_failing)
{
    for (long i = 0;; i++) {
        mem_fail_after(i);
        char **env = environment_new(4);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert_eq(env == NULL, failed);
        environment_free(env);
        if (!failed)
            break;
    }
}

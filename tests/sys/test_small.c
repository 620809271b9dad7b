/* covers: sys/id sys/clock sys/log sys/notify sys/fault */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/fault.h"
#include "sys/id.h"
#include "sys/log.h"
#include "sys/notify.h"

Test(id, is_fresh_and_in_order)
{
    char a[ID_TEXT], b[ID_TEXT];
    cr_assert_eq(id_new(a, 'j'), 0);
    usleep(2000);
    cr_assert_eq(id_new(b, 'j'), 0);
    cr_assert_eq(strlen(a), 20);
    cr_assert(strcmp(a, b) < 0);
    cr_assert(id_is(a, 'j'));
    cr_assert(!id_is(a, 'g'));
    cr_assert(!id_is("j", 'j'));
    cr_assert(!id_is("", 'j'));
    cr_assert(!id_is("j../../../etc/passwd", 'j'));
}

Test(clock, speaks_rfc_3339)
{
    char text[CLOCK_TEXT];
    cr_assert_str_eq(clock_text(text, 0), "1970-01-01T00:00:00.000Z");
    cr_assert_str_eq(clock_text(text, INT64_C(1700000000123)),
                     "2023-11-14T22:13:20.123Z");
    cr_assert(clock_steady() <= clock_steady());
}

/* What is written to standard error meanwhile. */
static void capture(char out[static 4096], void (*what)(void))
{
    int pipes[2], kept = dup(STDERR_FILENO);
    cr_assert_eq(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    what();
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(pipes[1]);
    ssize_t n = read(pipes[0], out, 4095);
    close(pipes[0]);
    out[n > 0 ? n : 0] = '\0';
}

static void say(void)
{
    log_info("job-started", "job", "j1", "why", "a \"b\"\nc", "gone",
             (const char *)NULL, "n", LOG_INT(-5));
}

Test(log, is_one_line_of_pairs)
{
    char text[4096];
    capture(text, say);
    cr_assert_not_null(strstr(text, "level=info event=job-started job=j1 "
                                    "why=\"a \\\"b\\\"\\nc\" n=-5\n"),
                       "%s", text);
    cr_assert_null(strstr(text, "gone"));
}

static void say_much(void)
{
    char much[5000];
    memset(much, 'x', sizeof much);
    much[sizeof much - 1] = '\0';
    log_warn("long", "text", much);
}

Test(log, cuts_what_is_too_long)
{
    char text[4096];
    capture(text, say_much);
    size_t n = strlen(text);
    cr_assert(n <= 2048);
    cr_assert_eq(text[n - 1], '\n');
}

Test(notify, reaches_the_socket)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "/tmp/pruned-notify-%d",
             (int)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    notify_send("READY=1");
    char text[32] = "";
    cr_assert_eq(recv(fd, text, sizeof text - 1, MSG_DONTWAIT), 7);
    cr_assert_str_eq(text, "READY=1");
    close(fd);
    unlink(at.sun_path);
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1"); /* nobody listens: nothing happens */
}

/* The signal that ends a child which passes `point` twice. */
static int end_of(const char *fault, const char *point)
{
    pid_t pid = fork();
    if (!pid) {
        setenv("PRUNED_FAULT", fault, 1);
        fault_point(point);
        fault_point(point);
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

Test(fault, strikes_where_it_was_told)
{
    cr_assert_eq(end_of("after-commit", "after-commit"), SIGKILL);
    cr_assert_eq(end_of("after-commit:2", "after-commit"), SIGKILL);
    cr_assert_eq(end_of("after-commit:3", "after-commit"), 0);
    cr_assert_eq(end_of("after-commit", "before-commit"), 0);
    cr_assert_eq(end_of("after", "after-commit"), 0);
}

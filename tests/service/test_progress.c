#include "service/progress.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

static char path[64];
static int fd;
static struct progress p;

static void setup(void)
{
    strcpy(path, "/tmp/pruned-progress-XXXXXX");
    fd = mkostemp(path, O_CLOEXEC);
    cr_assert(fd >= 0);
}

static void teardown(void)
{
    progress_done(&p);
    close(fd);
    unlink(path);
}

TestSuite(progress, .init = setup, .fini = teardown);

static void put(const char *text)
{
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    progress_read(&p, path);
}

Test(progress, waits_for_the_end_of_a_line)
{
    put("{\"type\":\"prog");
    cr_assert(!progress_pending(&p));
    put("ress\",\"phase\":\"cut\",\"done\":1,");
    cr_assert(!progress_pending(&p));
    put("\"total\":2}\n{\"type\":");
    cr_assert(progress_pending(&p));
    cr_assert_eq(p.n_events, 1);
    cr_assert_str_eq(p.latest, "{\"phase\":\"cut\",\"done\":1,\"total\":2}");
}

/* More than is read at a time: what came last is not lost with the writer. */
Test(progress, reads_to_the_end_when_the_writer_is_gone)
{
    static const char line[] = "{\"type\":\"progress\",\"done\":1}\n";
    for (int i = 0; i < 20000; i++)
        cr_assert_eq(write(fd, line, sizeof line - 1),
                     (ssize_t)sizeof line - 1);
    cr_assert_eq(write(fd, "{\"type\":\"metric\",\"value\":2}\n", 28), 28);
    cr_assert_eq(progress_read(&p, path), 1);
    cr_assert_eq(p.n_events, 1);
    progress_read_rest(&p, path);
    cr_assert_eq(p.n_events, 2);
}

Test(progress, keeps_the_newest_of_a_run)
{
    put("{\"type\":\"phase\",\"phase\":\"a\"}\n"
        "{\"type\":\"progress\",\"phase\":\"a\",\"done\":1}\n"
        "{\"type\":\"metric\",\"name\":\"loss\",\"value\":0.5}\n"
        "{\"type\":\"progress\",\"phase\":\"a\",\"done\":2}\n"
        "{\"type\":\"progress\",\"phase\":\"a\",\"done\":3}\n"
        "{\"type\":\"log\",\"message\":\"hello\"}\n");
    cr_assert_eq(p.n_events, 4);
    cr_assert_str_eq(p.latest, "{\"phase\":\"a\",\"done\":3}");
}

Test(progress, leaves_out_what_is_none_of_ours)
{
    put("nonsense\n\n[1]\n{}\n{\"type\":\"gossip\"}\n{\"type\":1}\n"
        "{\"type\":\"log\",\"message\":[1],\"extra\":{}}\n");
    cr_assert_eq(p.n_events, 1);
    cr_assert_null(p.latest);
}

Test(progress, a_line_without_end_does_not_fill_memory)
{
    char much[4096];
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    for (int i = 0; i < 64; i++)
        put(much);
    cr_assert_leq(p.line.room, 256 << 10);
    put("\n{\"type\":\"log\",\"message\":\"after\"}\n");
    cr_assert_eq(p.n_events, 1);
}

Test(progress, a_flood_is_bounded)
{
    for (int i = 0; i < 3000; i++)
        put("{\"type\":\"log\",\"message\":\"again\"}\n");
    cr_assert_eq(p.n_events, 1000);
    progress_clear(&p);
    cr_assert(!progress_pending(&p));
    put("{\"type\":\"log\",\"message\":\"on\"}\n");
    cr_assert_eq(p.n_events, 1);
}

Test(progress, a_missing_file_is_fine)
{
    progress_read(&p, "/nowhere/progress.jsonl");
    cr_assert(!progress_pending(&p));
}

Test(progress, lives_with_any_allocation_failing)
{
    for (long i = 0;; i++) {
        progress_done(&p);
        mem_fail_after(i);
        put("{\"type\":\"log\",\"message\":\"a\"}\n"
            "{\"type\":\"progress\",\"phase\":\"b\"}\n"
            "{\"type\":\"progress\",\"phase\":\"c\"}\n");
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert_eq(ftruncate(fd, 0), 0);
        cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
        if (!failed) {
            cr_assert_eq(p.n_events, 2);
            break;
        }
    }
}

#include "sys/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

#define LOAD(c, e, ...)                                                       \
    load(c, e, (char *[]){(char *)"pruned", __VA_ARGS__ __VA_OPT__(, ) NULL})

static int load(struct config *c, struct prune_error *e, char **argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    *e = (struct prune_error){0};
    return config_load(c, argc, argv, e);
}

Test(config, has_a_default_for_everything)
{
    struct config c = {0};
    struct prune_error e;
    cr_assert_eq(LOAD(&c, &e), 0, "%s", e.text);
    cr_assert_str_eq(c.listen, "127.0.0.1:8080");
    cr_assert_eq(c.workers, 1);
    cr_assert_eq(c.worker_threads, 1);
    cr_assert_eq(c.max_upload, INT64_C(2) << 30);
    cr_assert_eq(c.max_queue, 1000);
    cr_assert_eq(c.job_seconds, 3600);
    cr_assert_eq(c.drain_seconds, 10);
    cr_assert_not_null(strstr(c.prune, "/prune"));
    config_done(&c);
}

Test(config, finds_the_state_directory)
{
    struct config c = {0};
    struct prune_error e;
    setenv("STATE_DIRECTORY", "/var/lib/pruned:/other", 1);
    cr_assert_eq(LOAD(&c, &e), 0);
    cr_assert_str_eq(c.state_dir, "/var/lib/pruned");
    config_done(&c);
    unsetenv("STATE_DIRECTORY");
    setenv("XDG_STATE_HOME", "/x", 1);
    cr_assert_eq(LOAD(&c, &e), 0);
    cr_assert_str_eq(c.state_dir, "/x/pruned");
    config_done(&c);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/home/u", 1);
    cr_assert_eq(LOAD(&c, &e), 0);
    cr_assert_str_eq(c.state_dir, "/home/u/.local/state/pruned");
    config_done(&c);
}

Test(config, reads_options_in_both_forms)
{
    struct config c = {0};
    struct prune_error e;
    cr_assert_eq(LOAD(&c, &e, (char *)"--workers", (char *)"3",
                      (char *)"--state-dir=/s", (char *)"--max-upload",
                      (char *)"64MiB"), 0, "%s", e.text);
    cr_assert_eq(c.workers, 3);
    cr_assert_str_eq(c.state_dir, "/s");
    cr_assert_eq(c.max_upload, 64 << 20);
    config_done(&c);
}

Test(config, refuses_and_says_what)
{
    static char *const bad[][2] = {
        {(char *)"--wrokers", (char *)"wrokers"},
        {(char *)"--workers", (char *)"needs a value"},
        {(char *)"--workers=none", (char *)"no number"},
        {(char *)"--workers=0", (char *)"not within"},
        {(char *)"--workers=4K", (char *)"no number"},
        {(char *)"--max-upload=9999999999G", (char *)"no number"},
        {(char *)"--config=/nowhere", (char *)"/nowhere"},
        {(char *)"serve", (char *)"no option"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config c = {0};
        struct prune_error e;
        cr_assert_eq(LOAD(&c, &e, bad[i][0]), PRUNE_E_USAGE, "%s",
                     bad[i][0]);
        cr_assert_not_null(strstr(e.text, bad[i][1]), "%s", e.text);
        cr_assert_null(c.listen);
    }
}

static void write_file(char path[static 64], const char *text)
{
    strcpy(path, "/tmp/pruned-config-XXXXXX");
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(config, the_command_line_wins_over_the_file)
{
    struct config c = {0};
    struct prune_error e;
    char path[64], option[80];
    write_file(path, "# a comment\nworkers = 5\n[pruned]\n"
                     "max_upload = 1G\nstate_dir = /from/file\n");
    snprintf(option, sizeof option, "--config=%s", path);
    cr_assert_eq(LOAD(&c, &e, option, (char *)"--workers=2"), 0, "%s",
                 e.text);
    unlink(path);
    cr_assert_eq(c.workers, 2);
    cr_assert_eq(c.max_upload, 1 << 30);
    cr_assert_str_eq(c.state_dir, "/from/file");
    config_done(&c);
}

Test(config, an_unknown_key_names_its_line)
{
    static const char *const bad[][2] = {
        {"workers = 1\nworker = 2\n", ":2: unknown key 'worker'"},
        {"state-dir = /x\n", "unknown key 'state-dir'"},
        {"[other]\nworkers = 1\n", "unknown section [other]"},
        {"workers = many\n", "no number"},
        {"workers\n", "not a line"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config c = {0};
        struct prune_error e;
        char path[64], option[80];
        write_file(path, bad[i][0]);
        snprintf(option, sizeof option, "--config=%s", path);
        cr_assert_eq(LOAD(&c, &e, option), PRUNE_E_USAGE, "%s", bad[i][0]);
        unlink(path);
        cr_assert_not_null(strstr(e.text, bad[i][1]), "%s", e.text);
    }
}

Test(config, help_names_every_option)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    config_help(f);
    fclose(f);
    cr_assert_not_null(strstr(text, "--state-dir DIR"));
    cr_assert_not_null(strstr(text, "--max-upload BYTES"));
    cr_assert_not_null(strstr(text, "(127.0.0.1:8080)"));
    free(text);
}

Test(config, lives_with_any_allocation_failing)
{
    struct prune_error e;
    for (long i = 0;; i++) {
        struct config c = {0};
        mem_fail_after(i);
        int rc = LOAD(&c, &e, (char *)"--state-dir=/s");
        int failed = mem_failed();
        mem_fail_after(-1);
        if (!failed) {
            cr_assert_eq(rc, 0);
            config_done(&c);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
}

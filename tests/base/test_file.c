#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void setup(void)
{
    strcpy(folder, "/tmp/prune-file-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
    unlink("whole");
    cr_assert_eq(chdir("/"), 0);
    /* rmdir succeeds only when nothing was left behind. */
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(file, .init = setup, .fini = teardown);

Test(file, is_written_whole)
{
    struct prune_error e = {0};
    cr_assert_eq(file_write("whole", "abc", 3, &e), 0);
    struct file_map m = {0};
    cr_assert_eq(file_map(&m, "whole", 0, &e), 0);
    cr_assert_eq(m.size, 3);
    cr_assert_eq(memcmp(m.data, "abc", 3), 0);
    file_unmap(&m);
}

Test(file, leaves_nothing_when_dropped)
{
    struct file_new f;
    struct prune_error e = {0};
    cr_assert_eq(file_new_open(&f, "never", &e), 0);
    cr_assert_eq(file_new_write(&f, "x", 1, &e), 0);
    file_new_drop(&f);
    cr_assert_neq(access("never", F_OK), 0);
}

Test(file, refuses_what_is_no_file)
{
    struct file_map m = {0};
    struct prune_error e = {0};
    cr_assert_eq(file_map(&m, ".", 0, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "not a regular file"));
    e.code = 0;
    cr_assert_eq(file_map(&m, "missing", 0, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "missing"));
}

Test(file, keeps_to_the_limit)
{
    struct prune_error e = {0};
    cr_assert_eq(file_write("whole", "abcdef", 6, &e), 0);
    struct file_map m = {0};
    cr_assert_eq(file_map(&m, "whole", 5, &e), PRUNE_E_INPUT);
    cr_assert_null(m.data);
}

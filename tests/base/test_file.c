#include "base/file.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

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

Test(file, below_a_folder_is_below_it)
{
    struct prune_error e = {0};
    struct file_map m = {0};
    cr_assert_eq(file_write("below", "abc", 3, &e), 0);
    cr_assert_eq(symlink("below", "link"), 0);
    cr_assert_eq(file_map_below(&m, ".", "below", &e), 0, "%s", e.text);
    file_forget(&m, 1, 100);
    file_forget(&m, 7, 1);
    cr_assert_eq(memcmp(m.data, "abc", 3), 0);
    file_unmap(&m);
    const char *not[] = {"link", "missing", "..", "a/../below", "/below", "",
                         "below/", "."};
    for (size_t i = 0; i < sizeof not / sizeof *not; i++)
        cr_assert_eq(file_map_below(&m, ".", not[i], &e), PRUNE_E_INPUT,
                     "%s", not[i]);
    cr_assert_null(m.data);
    unlink("below");
    unlink("link");
}

static int add_up(void *payload, const void *bytes, size_t n)
{
    *(size_t *)payload += n;
    return ((const char *)bytes)[0] == 'x';
}

Test(file, pieces_are_the_whole)
{
    size_t n = ((size_t)9 << 20) + 5, sum = 0;
    char *bytes = mem_calloc(n, 1);
    bytes[(size_t)4 << 20] = 'x';
    struct file_map m = {.data = (unsigned char *)bytes, .size = n,
                         .in_memory = 1};
    cr_assert_eq(file_each_piece(&m, add_up, &sum), 1);
    cr_assert_eq(sum, (size_t)8 << 20);
    bytes[(size_t)4 << 20] = 0;
    sum = 0;
    cr_assert_eq(file_each_piece(&m, add_up, &sum), 0);
    cr_assert_eq(sum, n);
    file_unmap(&m);
    cr_assert_null(m.data);
}

#include "http/assets.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

static char folder[64];

static void setup(void)
{
    strcpy(folder, "/tmp/prune-assets-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(mkdir("sub", 0700), 0);
    cr_assert_eq(file_write("index.html", "<p>", 3, NULL), 0);
    cr_assert_eq(file_write("sub/a.mjs", "export {}", 9, NULL), 0);
    cr_assert_eq(file_write("empty.css", "", 0, NULL), 0);
    cr_assert_eq(file_write(".secret", "x", 1, NULL), 0);
    cr_assert_eq(symlink("/etc/passwd", "link.txt"), 0);
}

static void teardown(void)
{
    static const char *const files[] = {"index.html", "sub/a.mjs", ".secret",
                                        "link.txt", "empty.css"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i]);
    rmdir("sub");
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0);
}

TestSuite(assets, .init = setup, .fini = teardown);

Test(assets, are_read_with_their_types)
{
    struct assets a = {0};
    cr_assert_eq(assets_load(&a, folder, NULL), 0);
    cr_assert_eq(a.n, 3);
    const struct asset *m = assets_find(&a, "sub/a.mjs");
    cr_assert_not_null(m);
    cr_assert_str_eq(m->type, "text/javascript; charset=utf-8");
    cr_assert_eq(m->size, 9);
    cr_assert_eq(memcmp(m->bytes, "export {}", 9), 0);
    cr_assert_eq(strlen(m->etag), 66);
    cr_assert_not_null(assets_find(&a, "empty.css"));
    assets_done(&a);
}

Test(assets, have_no_way_out)
{
    struct assets a = {0};
    static const char *const paths[] = {
        "../etc/passwd", ".secret", "link.txt", "sub", "sub/", "/index.html",
        "./index.html", "sub/../index.html", ""};
    cr_assert_eq(assets_load(&a, folder, NULL), 0);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        cr_assert_null(assets_find(&a, paths[i]), "%s", paths[i]);
    assets_done(&a);
}

Test(assets, keep_what_came_first)
{
    struct assets a = {0};
    cr_assert_eq(assets_load(&a, folder, NULL), 0);
    cr_assert_eq(assets_load(&a, folder, NULL), 0);
    cr_assert_eq(a.n, 3);
    assets_done(&a);
    struct prune_error e = {0};
    cr_assert_eq(assets_load(&a, "missing", &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "missing"));
}

Test(assets, survive_want_of_memory)
{
    long i = 0;
    for (;; i++) {
        struct assets a = {0};
        mem_fail_after(i);
        int rc = assets_load(&a, folder, NULL);
        int failed = mem_failed();
        mem_fail_after(-1);
        assets_done(&a);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_lt(rc, 0);
    }
    cr_assert_gt(i, 5);
}

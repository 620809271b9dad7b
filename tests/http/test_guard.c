#include "http/guard.h"

#include <criterion/criterion.h>

/* Headers need a connection and are tried by tests/e2e/test_guard.sh. */

Test(guard, lets_paths_pass)
{
    static const char *const good[] = {
        "/", "/v1", "/v1/models/", "/v1/models/a.onnx", "/a..b", "/.hidden",
        "/v1/models/sha256:00/file", "/a%20b", "/%41"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert_null(guard_path(good[i]), "%s: %s", good[i],
                       guard_path(good[i]));
}

Test(guard, refuses_paths_that_lead_elsewhere)
{
    static const char *const bad[] = {
        "", "v1", "*", "/..", "/../x", "/a/../b", "/a/..", "/.", "/%2e%2e/x",
        "/%2E./x", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%00", "/a\\b", "//",
        "/a//b", "/a b", "/a\tb", "/a\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not_null(guard_path(bad[i]), "%s", bad[i]);
}

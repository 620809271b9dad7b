#include "http/text.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/alloc.h"

Test(text, decodes_escapes)
{
    char out[64];
    cr_assert_eq(http_decode(out, "a%20b%2Fc", 9, 0), 5);
    cr_assert_str_eq(out, "a b/c");
    cr_assert_eq(http_decode(out, "a+b", 3, 0), 3);
    cr_assert_str_eq(out, "a+b");
    cr_assert_eq(http_decode(out, "a+b", 3, 1), 3);
    cr_assert_str_eq(out, "a b");
    cr_assert_eq(http_decode(out, "", 0, 1), 0);
    cr_assert_str_eq(out, "");
}

Test(text, refuses_broken_escapes)
{
    char out[64];
    static const char *const bad[] = {"%", "%4", "%zz", "a%", "%00", "%g0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(http_decode(out, bad[i], strlen(bad[i]), 0), -1, "%s",
                     bad[i]);
    /* The bytes after n are not looked at. */
    cr_assert_eq(http_decode(out, "%41", 2, 0), -1);
    cr_assert_eq(http_decode(out, "%41", 3, 0), 1);
    cr_assert_str_eq(out, "A");
}

Test(text, encodes_what_decodes_to_the_same)
{
    char out[64];
    struct buf b = {0};
    http_encode(&b, "a b&c=\xc3\xa9/x.y-z_");
    cr_assert_str_eq(b.data, "a%20b%26c%3D%C3%A9%2Fx.y-z_");
    cr_assert_gt(http_decode(out, b.data, b.size, 1), 0);
    cr_assert_str_eq(out, "a b&c=\xc3\xa9/x.y-z_");
    buf_done(&b);
}

Test(text, knows_names)
{
    char name[131];
    memset(name, 'a', 130);
    name[128] = 0;
    cr_assert(http_name_ok(name));
    name[128] = 'a';
    name[129] = 0;
    cr_assert_not(http_name_ok(name));
    cr_assert(http_name_ok("r20.onnx"));
    cr_assert(http_name_ok("A_b-1..2"));
    static const char *const bad[] = {"", ".", "..", ".x", "a/b", "a b",
                                      "sha256:00", "\xc3\xa9", "a\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(http_name_ok(bad[i]), "%s", bad[i]);
}

Test(text, finds_tokens_in_lists)
{
    cr_assert(http_has_token("text/html, text/csv;q=0.9", "text/csv"));
    cr_assert(http_has_token(" TEXT/CSV ", "text/csv"));
    cr_assert_not(http_has_token("text/csvx", "text/csv"));
    cr_assert_not(http_has_token("", "text/csv"));
    cr_assert_not(http_has_token(",,;", "text/csv"));
    cr_assert_not(http_has_token(NULL, "text/csv"));
}

Test(text, compares_media_types)
{
    cr_assert(http_is_type("Application/JSON; charset=utf-8",
                           "application/json"));
    cr_assert(http_is_type("multipart/form-data; boundary=x", "multipart/"));
    cr_assert_not(http_is_type("multipart", "multipart/"));
    cr_assert_not(http_is_type(NULL, "text/plain"));
}

Test(text, reads_whole_numbers)
{
    uint64_t n = 7;
    cr_assert_eq(http_u64(&n, "18446744073709551615"), 0);
    cr_assert_eq(n, UINT64_MAX);
    cr_assert_eq(http_u64(&n, "18446744073709551616"), -1);
    cr_assert_eq(http_u64(&n, ""), -1);
    cr_assert_eq(http_u64(&n, "-1"), -1);
    cr_assert_eq(http_u64(&n, "1 "), -1);
    cr_assert_eq(n, UINT64_MAX, "a failure leaves the output alone");
}

Test(text, reads_preferences)
{
    cr_assert_eq(http_preference("wait=30", "wait"), 30);
    cr_assert_eq(http_preference("respond-async, wait = \"10\"", "wait"),
                 10);
    cr_assert_eq(http_preference("respond-async", "wait"), -1);
    cr_assert_eq(http_preference("waiting=3", "wait"), -1);
    cr_assert_eq(http_preference("wait=99999999", "wait"), -1);
    cr_assert_eq(http_preference("wait=", "wait"), -1);
    cr_assert_eq(http_preference("wait", "wait"), -1);
    cr_assert_eq(http_preference(NULL, "wait"), -1);
}

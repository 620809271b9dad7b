#include "http/etag.h"

#include <criterion/criterion.h>

Test(etag, is_found_in_a_list)
{
    cr_assert(etag_listed("\"a\"", "\"a\"", 0));
    cr_assert(etag_listed("\"b\", \"a\"", "\"a\"", 0));
    cr_assert(etag_listed("*", "\"a\"", 0));
    cr_assert(etag_listed("W/\"a\"", "\"a\"", 1));
    cr_assert_not(etag_listed("W/\"a\"", "\"a\"", 0));
    cr_assert_not(etag_listed("\"ab\"", "\"a\"", 1));
    cr_assert_not(etag_listed("a", "\"a\"", 1));
    cr_assert_not(etag_listed("\"a", "\"a\"", 1));
    cr_assert_not(etag_listed("", "\"a\"", 1));
    cr_assert_not(etag_listed(NULL, "\"a\"", 1));
}

Test(etag, decides_on_ranges)
{
    cr_assert(etag_range_holds(NULL, "\"a\""));
    cr_assert(etag_range_holds("\"a\"", "\"a\""));
    cr_assert_not(etag_range_holds("W/\"a\"", "\"a\""));
    cr_assert_not(etag_range_holds("Mon, 01 Jan 2024 00:00:00 GMT",
                                   "\"a\""));
}

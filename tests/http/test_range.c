#include "http/range.h"

#include <criterion/criterion.h>

static void part(const char *header, uint64_t total, uint64_t first,
                 uint64_t size)
{
    struct range r = {0};
    cr_assert_eq(range_parse(&r, header, total), RANGE_PART, "%s", header);
    cr_assert_eq(r.first, first, "%s", header);
    cr_assert_eq(r.size, size, "%s", header);
}

static void kind(const char *header, uint64_t total, enum range_kind want)
{
    struct range r = {0};
    cr_assert_eq(range_parse(&r, header, total), want, "%s",
                 header ? header : "NULL");
    if (want == RANGE_WHOLE) {
        cr_assert_eq(r.first, 0);
        cr_assert_eq(r.size, total);
    }
}

Test(range, takes_one_part)
{
    part("bytes=0-0", 10, 0, 1);
    part("bytes=2-5", 10, 2, 4);
    part("bytes=5-", 10, 5, 5);
    part("bytes=9-", 10, 9, 1);
    part("bytes=5-500", 10, 5, 5);
    part("bytes=-3", 10, 7, 3);
    part("bytes=-30", 10, 0, 10);
    part("BYTES= 1-2 ", 10, 1, 2);
    part("bytes=0-99999999999999999999999999", 10, 0, 10);
}

Test(range, says_what_lies_beyond)
{
    kind("bytes=10-", 10, RANGE_UNSATISFIABLE);
    kind("bytes=10-12", 10, RANGE_UNSATISFIABLE);
    kind("bytes=0-", 0, RANGE_UNSATISFIABLE);
    kind("bytes=-0", 10, RANGE_UNSATISFIABLE);
    kind("bytes=-5", 0, RANGE_UNSATISFIABLE);
    kind("bytes=99999999999999999999999999-", 10, RANGE_UNSATISFIABLE);
}

Test(range, ignores_the_rest)
{
    kind(NULL, 10, RANGE_WHOLE);
    kind("items=0-1", 10, RANGE_WHOLE);
    kind("bytes=", 10, RANGE_WHOLE);
    kind("bytes=a-b", 10, RANGE_WHOLE);
    kind("bytes=5", 10, RANGE_WHOLE);
    kind("bytes=5-2", 10, RANGE_WHOLE);
    kind("bytes=0-1,3-4", 10, RANGE_WHOLE);
    kind("bytes=-", 10, RANGE_WHOLE);
    kind("bytes=1-2x", 10, RANGE_WHOLE);
}

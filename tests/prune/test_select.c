#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "prune/select.h"

Test(select, counts_the_smallest_number_that_reaches_the_share)
{
    cr_assert_eq(select_count(0, 10), 0);
    cr_assert_eq(select_count(0.3, 1000), 300);
    cr_assert_eq(select_count(0.3, 10), 3);
    cr_assert_eq(select_count(0.1, 30), 3);
    cr_assert_eq(select_count(0.301, 10), 4);
    cr_assert_eq(select_count(0.5, 1), 1);
    cr_assert_eq(select_count(0.999999, 3), 3);
    for (int64_t n = 1; n < 200; n++)
        for (int i = 0; i < 100; i++) {
            double share = i / 100.0;
            int64_t k = select_count(share, n);
            cr_assert_geq((double)k / (double)n, share);
            cr_assert(k == 0 || (double)(k - 1) / (double)n < share);
        }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Counted by brute force, on keys with many ties and on keys with none. */
Test(select, threshold_and_ties_are_exact)
{
    struct rng r;
    rng_init(&r, 1);
    for (int round = 0; round < 60; round++) {
        enum { N = 500 };
        uint32_t keys[N], sorted[N], spare[N];
        for (int i = 0; i < N; i++)
            keys[i] = sorted[i] =
                round % 2 ? rng_below(&r, 5) << 20 : rng_u32(&r);
        qsort(sorted, N, sizeof *sorted, compare);
        int64_t k = round < 3 ? 0 : round == 3 ? N : rng_below(&r, N);
        uint32_t threshold;
        int64_t ties, below = 0;
        cr_assert_eq(select_threshold(&threshold, &ties, keys, N, k), 0);
        for (int i = 0; i < N; i++)
            below += keys[i] < threshold;
        cr_assert_eq(below + ties, k);
        if (k)
            cr_assert_eq(threshold, sorted[k - 1]);
        select_sort(keys, spare, N);
        cr_assert_arr_eq(keys, sorted, sizeof keys);
    }
}

Test(select, says_when_memory_is_short)
{
    uint32_t key = 1, threshold;
    int64_t ties;
    mem_fail_after(0);
    cr_assert_eq(select_threshold(&threshold, &ties, &key, 1, 1), -1);
    mem_fail_after(-1);
}

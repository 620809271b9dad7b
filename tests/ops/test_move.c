#include "host.h"

/* The operators that only move elements about, on types that no primitive
 * computes. Further rows that have their own files are tested there.
 * covers: ops/concat ops/slice ops/split ops/transpose ops/expand */

Test(move, concat_joins_any_type)
{
    struct host_test t = host_begin("Concat", "", 13, 3, 1);
    host_int(&t, "axis", -1);
    host_give(&t, 0, DTYPE_U8, "2x1", "ad");
    host_give(&t, 1, DTYPE_U8, "2x0", "");
    host_give(&t, 2, DTYPE_U8, "2x2", "bcef");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U8, "2x3", "abcdef");
    host_i64(&t, 1, "2x0", (int64_t[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_give(&t, 1, DTYPE_U8, "3x1", "xyz");
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(move, slice_reads_its_lists_when_it_runs)
{
    struct host_test t = host_begin("Slice", "", 13, 5, 1);
    host_give(&t, 0, DTYPE_F64, "2x4",
              (double[]){1, 2, 3, 4, 5, 6, 7, 8});
    host_i64(&t, 1, "2", (int64_t[]){1, INT64_MAX});
    host_i64(&t, 2, "2", (int64_t[]){INT64_MAX, INT64_MIN});
    host_i64(&t, 3, "2", (int64_t[]){0, -1});
    host_i64(&t, 4, "2", (int64_t[]){1, -2});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "1x2", (double[]){8, 6});
    host_i64(&t, 4, "2", (int64_t[]){INT64_MAX, -INT64_MAX});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_F64, "1x1", (double[]){8});
    host_i64(&t, 4, "2", (int64_t[]){1, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 4, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(move, split_shares_unevenly)
{
    struct host_test t = host_begin("Split", "", 18, 1, 3);
    host_int(&t, "num_outputs", 3);
    host_int(&t, "axis", 1);
    host_give(&t, 0, DTYPE_U16, "2x4",
              (uint16_t[]){1, 2, 3, 4, 5, 6, 7, 8});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_U16, "2x2", (uint16_t[]){1, 2, 5, 6});
    host_gives_data(&t, 1, DTYPE_U16, "2x2", (uint16_t[]){3, 4, 7, 8});
    host_gives_data(&t, 2, DTYPE_U16, "2x0", "");
    host_end(&t);
}

Test(move, transpose_takes_any_type_and_rank)
{
    struct host_test t = host_begin("Transpose", "", 13, 1, 1);
    host_give(&t, 0, DTYPE_C128, "1x2x1x1x1x2x1x1",
              (double[]){1, 2, 3, 4, 5, 6, 7, 8});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_C128, "1x1x2x1x1x1x2x1",
                    (double[]){1, 2, 5, 6, 3, 4, 7, 8});
    host_ints(&t, "perm", (int64_t[]){0, 0}, 2);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(move, expand_repeats_any_type)
{
    struct host_test t = host_begin("Expand", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_BOOL, "2x1", "\1\0");
    host_i64(&t, 1, "3", (int64_t[]){2, 1, 3});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "2x2x3",
                    "\1\1\1\0\0\0\1\1\1\0\0\0");
    host_i64(&t, 1, "1", (int64_t[]){INT64_MAX});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "1", (int64_t[]){-1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(move, views_keep_the_elements)
{
    struct host_test t = host_begin("Squeeze", "", 13, 2, 1);
    host_give(&t, 0, DTYPE_I8, "1x2x1", "ab");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "2", "ab");
    host_i64(&t, 1, "1", (int64_t[]){-1});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "1x2", "ab");
    host_i64(&t, 1, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("Unsqueeze", "", 11, 1, 1);
    host_ints(&t, "axes", (int64_t[]){-1, 0}, 2);
    host_give(&t, 0, DTYPE_I8, "2", "ab");
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "1x2x1", "ab");
    host_end(&t);
    t = host_begin("Flatten", "", 13, 1, 1);
    host_give(&t, 0, DTYPE_I8, "2x1x2", "abcd");
    host_int(&t, "axis", -1);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I8, "2x2", "abcd");
    host_end(&t);
    t = host_begin("Shape", "", 15, 1, 1);
    host_int(&t, "start", -1);
    host_give(&t, 0, DTYPE_I8, "2x1x3", "abcdef");
    host_call(&t);
    host_gives_i64(&t, 0, "1", (int64_t[]){3});
    host_end(&t);
}

#include "host.h"

/* Products of integers: MatMul and Gemm. */

Test(wholes, matmul)
{
    struct host_test t = host_begin("MatMul", "", 13, 2, 1);
    host_i64(&t, 0, "2x1x2", (int64_t[]){1, 2, 3, 4});
    host_i64(&t, 1, "2x2", (int64_t[]){1, 2, 3, 4});
    host_call(&t);
    host_gives_i64(&t, 0, "2x1x2", (int64_t[]){7, 10, 15, 22});
    host_i64(&t, 0, "2", (int64_t[]){1, INT64_MAX});
    host_i64(&t, 1, "2", (int64_t[]){4, 2});
    host_call(&t);
    host_gives_i64(&t, 0, "", (int64_t[]){2}); /* around */
    host_i64(&t, 1, "3", (int64_t[]){4, 2, 1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_f32(&t, 0, "2", (float[]){1, 2});
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

Test(wholes, gemm)
{
    struct host_test t = host_begin("Gemm", "", 13, 3, 1);
    host_give(&t, 0, DTYPE_I32, "2x1", (int32_t[]){1, 2});
    host_give(&t, 1, DTYPE_I32, "3x2", (int32_t[]){1, 2, 3, 4, 5, 6});
    host_give(&t, 2, DTYPE_I32, "3", (int32_t[]){1, 0, -1});
    host_int(&t, "transA", 1);
    host_int(&t, "transB", 1);
    host_float(&t, "beta", 2);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_I32, "1x3", (int32_t[]){7, 11, 15});
    host_float(&t, "alpha", 0.5F);
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

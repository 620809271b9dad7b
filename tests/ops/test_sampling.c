/* covers: ops/grid_sample ops/roi_align ops/max_unpool */
#include "host.h"

Test(sampling, grid_between_pixels)
{
    struct host_test t = host_begin("GridSample", "", 16, 2, 1);
    host_int(&t, "align_corners", 1);
    host_f32(&t, 0, "1x1x2x2", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "1x1x3x2", (float[]){-1, -1, 0, 0, 3, -1});
    host_call(&t); /* a corner, the middle, far out */
    host_gives_f32(&t, 0, "1x1x1x3", (float[]){1, 2.5F, 0});
    host_text(&t, "padding_mode", "border");
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x1x3", (float[]){1, 2.5F, 2});
    host_end(&t);
}

Test(sampling, grid_refuses_what_does_not_fit)
{
    struct host_test t = host_begin("GridSample", "", 16, 2, 1);
    host_f32(&t, 0, "1x1x2x2", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "1x1x2x1", (float[]){0, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_f32(&t, 1, "1x1x1x2", (float[]){NAN, INFINITY});
    cr_assert_eq(host_try(&t), 0);
    host_gives_f32(&t, 0, "1x1x1x1", (float[]){0});
    host_end(&t);
}

Test(sampling, regions)
{
    struct host_test t = host_begin("RoiAlign", "", 16, 3, 1);
    host_f32(&t, 0, "1x1x2x2", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "1x4", (float[]){0, 0, 2, 2});
    host_i64(&t, 2, "1", (int64_t[]){0});
    host_int(&t, "sampling_ratio", 1);
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x1x1", (float[]){2.5F});
    host_i64(&t, 2, "1", (int64_t[]){1});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(sampling, what_was_pooled_comes_back)
{
    struct host_test t = host_begin("MaxUnpool", "", 11, 3, 1);
    host_ints(&t, "kernel_shape", (const int64_t[]){2}, 1);
    host_ints(&t, "strides", (const int64_t[]){2}, 1);
    host_f32(&t, 0, "1x2x1", (float[]){5, 6});
    host_i64(&t, 1, "1x2x1", (int64_t[]){1, 2});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){0, 5, 6, 0});
    host_i64(&t, 2, "3", (int64_t[]){1, 2, 3});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x3", (float[]){0, 5, 0, 6, 0, 0});
    host_i64(&t, 1, "1x2x1", (int64_t[]){1, 4});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

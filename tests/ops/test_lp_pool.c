/* covers: ops/lp_pool ops/global_lp_pool */
#include "host.h"

Test(lp_pool, windows)
{
    struct host_test t = host_begin("LpPool", "", 18, 1, 1);
    host_ints(&t, "kernel_shape", (const int64_t[]){2, 1}, 2);
    host_ints(&t, "pads", (const int64_t[]){0, 0, 1, 0}, 4);
    host_f32(&t, 0, "1x1x2x2", (float[]){3, -5, -4, 12});
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x2x2", (float[]){5, 13, 4, 12});
    host_int(&t, "p", 1);
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x2x2", (float[]){7, 17, 4, 12});
    host_end(&t);
}

Test(lp_pool, whole_channels)
{
    struct host_test t = host_begin("GlobalLpPool", "", 2, 1, 1);
    host_f32(&t, 0, "1x2x2", (float[]){3, -4, 5, 12});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x1", (float[]){5, 13});
    host_int(&t, "p", 0);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

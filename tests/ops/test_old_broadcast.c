#include "host.h"

/* Before opset 7 the second input lay along the first one's axes from
 * `axis` on. */
Test(old_broadcast, lies_along_an_axis)
{
    struct host_test t = host_begin("Add", "", 6, 2, 1);
    host_int(&t, "axis", 1);
    host_int(&t, "broadcast", 1);
    host_f32(&t, 0, "1x2x2", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "2", (float[]){10, 20});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){11, 12, 23, 24});
    host_end(&t);
}

Test(old_broadcast, slopes_stand_for_channels)
{
    struct host_test t = host_begin("PRelu", "", 6, 2, 1);
    host_f32(&t, 0, "1x2x2", (float[]){-1, 2, -3, 4});
    host_f32(&t, 1, "2", (float[]){10, 20});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){-10, 2, -60, 4});
    host_end(&t);
}

Test(old_broadcast, what_does_not_fit_is_refused)
{
    struct host_test t = host_begin("Add", "", 6, 2, 1);
    host_int(&t, "axis", 2);
    host_f32(&t, 0, "1x2x2", (float[]){1, 2, 3, 4});
    host_f32(&t, 1, "3", (float[]){10, 20, 30});
    cr_expect_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

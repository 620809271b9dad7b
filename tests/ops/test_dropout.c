#include "host.h"
#include "net.h"

Test(dropout, computes)
{
    net_check(net_one("Dropout", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(4, -0.5f, 1),
              F(4, -0.5f, 1));
}

Test(dropout, lets_channels_through)
{
    net_through("Dropout", 13);
}

Test(dropout, drops_in_training)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    int on = net_constant(g, DTYPE_BOOL, SCALAR, "\1", 1);
    int y = net_node(g, "Dropout", 2, V(x, NO_VALUE, on));
    net_done(g, y);
    net_is(g, y + 1, SHAPE(1, 3));
    cr_expect_eq(engine_can_run(g, NULL), 0);
    graph_free(g);
    struct host_test t = host_begin("Dropout", "", 13, 3, 2);
    float ones[200], ratio = 0.5F;
    for (int i = 0; i < 200; i++)
        ones[i] = 1;
    host_f32(&t, 0, "200", ones);
    host_f32(&t, 1, "", &ratio);
    host_give(&t, 2, DTYPE_BOOL, "", "\1");
    host_call(&t);
    const float *got = host_gives(&t, 0, DTYPE_F32, "200");
    const uint8_t *kept = host_gives(&t, 1, DTYPE_BOOL, "200");
    int n_kept = 0;
    for (int i = 0; i < 200; i++) {
        cr_assert_eq(got[i], kept[i] ? 2.0F : 0.0F);
        n_kept += kept[i];
    }
    cr_expect(n_kept > 60 && n_kept < 140, "%d", n_kept);
    host_end(&t);
}

Test(dropout, mask_that_nobody_reads_is_cut_too)
{
    int w, u, y;
    struct graph *g = net_begin(7, 3, &w, &y);
    net_end(g, net_node(g, "Dropout", 2, V(y)), 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

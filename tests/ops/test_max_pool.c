#include "net.h"

Test(max_pool, takes_the_largest)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_set_ints(g, "kernel_shape", I(2, 2));
    net_set_ints(g, "strides", I(2, 2));
    net_check(g, SHAPE(1, 1, 1, 2), F(1, 2, 3, 4, 5, -6, 7, -8), F(5, 7));
}

Test(max_pool, pads_never_win)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 1, 3));
    net_set_ints(g, "kernel_shape", I(3, 3));
    net_set_ints(g, "pads", I(1, 1, 1, 1));
    net_check(g, SHAPE(1, 1, 1, 3), F(-1, -2, -3), F(-1, -1, -2));
}

Test(max_pool, ceil_mode_keeps_the_rest)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 1, 5));
    net_set_ints(g, "kernel_shape", I(1, 2));
    net_set_ints(g, "strides", I(1, 2));
    net_set_int(g, "ceil_mode", 1);
    net_check(g, SHAPE(1, 1, 1, 3), F(1, 2, 3, 4, 5), F(2, 4, 5));
    g = net_one("MaxPool", 13, SHAPE(1, 1, 3)); /* none begins in the pads */
    net_set_ints(g, "kernel_shape", I(1));
    net_set_ints(g, "strides", I(2));
    net_set_ints(g, "pads", I(0, 1));
    net_set_int(g, "ceil_mode", 1);
    net_check(g, SHAPE(1, 1, 2), F(1, 2, 3), F(1, 3));
}

Test(max_pool, lets_channels_through)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "MaxPool", 1, V(y));
    net_set_ints(g, "kernel_shape", I(2, 2));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(max_pool, indices_cannot_be_had)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 1, 2, 2));
    int y = net_node(g, "MaxPool", 2, V(x));
    net_set_ints(g, "kernel_shape", I(2, 2));
    cr_assert_eq(graph_add_output(g, y, NULL), 0);
    net_done(g, y + 1);
    net_is(g, y + 1, SHAPE(1, 1, 1, 1));
    net_refused(g, "indices");
    graph_free(g);
}

Test(max_pool, what_cannot_be_is_refused)
{
    struct graph *g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_bad(g, g->nodes[0].outputs[0], "kernel_shape");
    g = net_one("MaxPool", 13, SHAPE(1, 1, 2, 4));
    net_set_ints(g, "kernel_shape", I(3, 3));
    net_bad(g, g->nodes[0].outputs[0], "window of 3");
}

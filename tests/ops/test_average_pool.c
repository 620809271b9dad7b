#include "net.h"

static struct graph *pool(int64_t size)
{
    struct graph *g = net_one("AveragePool", 13, SHAPE(1, 1, size));
    net_set_ints(g, "kernel_shape", I(2));
    net_set_ints(g, "strides", I(2));
    return g;
}

Test(average_pool, averages_without_or_with_pads)
{
    net_check(pool(4), SHAPE(1, 1, 2), F(1, 3, 5, 6), F(2, 5.5f));
    struct graph *g = pool(3);
    net_set_ints(g, "pads", I(1, 0));
    net_check(g, SHAPE(1, 1, 2), F(1, 3, 5), F(1, 4));
    g = pool(3);
    net_set_ints(g, "pads", I(1, 0));
    net_set_int(g, "count_include_pad", 1);
    net_check(g, SHAPE(1, 1, 2), F(1, 3, 5), F(0.5f, 4));
}

Test(average_pool, what_ceil_mode_adds_never_counts)
{
    struct graph *g = pool(3);
    net_set_int(g, "ceil_mode", 1);
    net_set_int(g, "count_include_pad", 1);
    net_check(g, SHAPE(1, 1, 2), F(1, 3, 5), F(2, 5));
}

Test(average_pool, pads_by_itself)
{
    struct graph *g = pool(3);
    net_set_text(g, "auto_pad", "SAME_UPPER");
    net_check(g, SHAPE(1, 1, 2), F(1, 3, 5), F(2, 5));
}

Test(average_pool, lets_channels_through)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "AveragePool", 1, V(y));
    net_set_ints(g, "kernel_shape", I(2, 1));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(0, 2));
    net_is(g, u, SHAPE(2, 1, 1, 1));
    graph_free(g);
}

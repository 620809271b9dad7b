#include "net.h"

Test(squeeze, takes_out_axes_of_one)
{
    struct graph *g = net_one("Squeeze", 11, SHAPE(1, 2, 1));
    net_set_ints(g, "axes", I(-1));
    net_check(g, SHAPE(1, 2), F(1, 2), F(1, 2));
    g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 1));
    net_node(g, "Squeeze", 1, V(x, net_ints(g, I(0, 2))));
    net_check(g, SHAPE(2), F(1, 2), F(1, 2));
    net_check(net_one("Squeeze", 13, SHAPE(1, 2, 1)), SHAPE(2), F(1, 2),
              F(1, 2));
}

Test(squeeze, lets_channels_through)
{
    int w, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    int u = net_count(g, SHAPE(3, 2));
    y = net_node(g, "GlobalMaxPool", 1, V(y));
    y = net_node(g, "Squeeze", 1, V(y, net_ints(g, I(2, 3))));
    net_done(g, net_node(g, "Gemm", 1, V(y, u)));
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2));
    graph_free(g);
}

Test(squeeze, wider_axes_are_refused)
{
    struct graph *g = net_one("Squeeze", 11, SHAPE(1, 2, 1));
    net_set_ints(g, "axes", I(1));
    net_bad(g, g->nodes[0].outputs[0], "2 positions");
}

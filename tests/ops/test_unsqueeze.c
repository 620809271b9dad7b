#include "net.h"

Test(unsqueeze, puts_in_axes_of_one)
{
    struct graph *g = net_one("Unsqueeze", 11, SHAPE(2));
    net_set_ints(g, "axes", I(0, -1));
    net_check(g, SHAPE(1, 2, 1), F(1, 2), F(1, 2));
    g = net_new(13);
    int x = net_input(g, SHAPE(2, 1));
    net_node(g, "Unsqueeze", 1, V(x, net_ints(g, I(1))));
    net_check(g, SHAPE(2, 1, 1), F(1, 2), F(1, 2));
}

Test(unsqueeze, follows_small_integers)
{
    struct graph *g = net_new(11);
    int y = net_node(g, "Unsqueeze", 1, V(net_constant(g, DTYPE_I64, SCALAR,
                                                       &(int64_t){7}, 1)));
    net_set_ints(g, "axes", I(0));
    net_done(g, y);
    net_is(g, y, SHAPE(1));
    net_knows(g, y, I(7));
    graph_free(g);
}

Test(unsqueeze, lets_channels_through)
{
    int u;
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 2)), w = net_count(g, SHAPE(2, 3));
    int y = net_node(g, "Gemm", 1, V(x, w));
    y = net_node(g, "Unsqueeze", 1, V(y, net_ints(g, I(2, 3))));
    net_end(g, y, 3, &u);
    net_cut(g, w, 1, I(0));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(unsqueeze, what_cannot_be_is_refused)
{
    struct graph *g = net_one("Unsqueeze", 11, SHAPE(2));
    net_set_ints(g, "axes", I(1, 1));
    net_bad(g, g->nodes[0].outputs[0], "do not fit");
    g = net_one("Unsqueeze", 11, SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    net_set_ints(g, "axes", I(0));
    net_bad(g, g->nodes[0].outputs[0], "8 axes and 1");
}

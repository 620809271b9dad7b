#include "net.h"

Test(transpose, permutes)
{
    net_check(net_one("Transpose", 13, SHAPE(2, 3)), SHAPE(3, 2),
              F(1, 2, 3, 4, 5, 6), F(1, 4, 2, 5, 3, 6));
    struct graph *g = net_one("Transpose", 13, SHAPE(1, 2, 2));
    net_set_ints(g, "perm", I(2, 0, 1));
    net_check(g, SHAPE(2, 1, 2), F(1, 2, 3, 4), F(1, 3, 2, 4));
}

Test(transpose, carries_channels_along)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Transpose", 1, V(y));
    net_set_ints(g, "perm", I(0, 3, 2, 1));
    y = net_node(g, "Transpose", 1, V(y));
    net_set_ints(g, "perm", I(0, 3, 1, 2));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(2));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
}

Test(transpose, what_is_no_order_is_refused)
{
    struct graph *g = net_one("Transpose", 13, SHAPE(2, 3));
    net_set_ints(g, "perm", I(0, 0));
    net_bad(g, g->nodes[0].outputs[0], "no order");
    g = net_one("Transpose", 13, SHAPE(2, 3));
    net_set_ints(g, "perm", I(0));
    net_bad(g, g->nodes[0].outputs[0], "no order");
}

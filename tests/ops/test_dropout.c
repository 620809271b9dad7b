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

Test(dropout, is_refused_in_training)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    int on = net_constant(g, DTYPE_BOOL, SCALAR, "\1", 1);
    int y = net_node(g, "Dropout", 2, V(x, NO_VALUE, on));
    net_done(g, y);
    net_is(g, y + 1, SHAPE(1, 3));
    net_refused(g, "training");
    graph_free(g);
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

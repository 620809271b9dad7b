#include "net.h"

Test(neg, computes)
{
    net_check(net_one("Neg", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-3, 0, 2),
              F(3, 0, -2));
}

Test(neg, lets_channels_through)
{
    net_through("Neg", 13);
}

Test(neg, hands_on_integers)
{
    struct graph *g = net_new(13);
    int y = net_node(g, "Neg", 1, V(net_ints(g, I(1, 2))));
    net_done(g, y);
    net_is(g, y, SHAPE(2));
    net_knows(g, y, I(-1, -2));
    graph_free(g);
}

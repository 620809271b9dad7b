#include "net.h"

Test(identity, computes)
{
    net_check(net_one("Identity", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(4, -0.5f, 1),
              F(4, -0.5f, 1));
}

Test(identity, lets_channels_through)
{
    net_through("Identity", 13);
}

Test(identity, of_a_constant_stands_for_it)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 2));
    int k = net_node(g, "Identity", 1, V(net_floats(g, SHAPE(2), F(1, 2))));
    int y = net_node(g, "Add", 1, V(x, k));
    net_done(g, y);
    net_gives(g, F(10, 20), F(11, 22));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, x, 1, 1, value_constant_home(g, k), 0, 1), 1);
    coupling_free(c);
    graph_free(g);
}

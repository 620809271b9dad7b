#include "net.h"

Test(prelu, has_a_slope_for_each_channel)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 1, 2));
    int s = net_floats(g, SHAPE(2, 1, 1), F(0.5f, 2));
    net_node(g, "PRelu", 1, V(x, s));
    net_check(g, SHAPE(1, 2, 1, 2), F(-4, 4, -3, 3), F(-2, 4, -6, 3));
}

Test(prelu, slope_rides_along)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 1, 2, 2));
    int w = net_count(g, SHAPE(3, 1, 1, 1)), s = net_count(g, SHAPE(3, 1, 1));
    int y = net_node(g, "Conv", 1, V(x, w));
    y = net_node(g, "PRelu", 1, V(y, s));
    net_done(g, net_node(g, "GlobalMaxPool", 1, V(y)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 2, s, 0, 2), 1);
    cr_assert_eq(net_cost(g, 1).learned, 2u);
    coupling_free(c);
    graph_free(g);
}

Test(prelu, slope_must_not_be_larger)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 1));
    net_bad(g, net_node(g, "PRelu", 1, V(x, net_count(g, SHAPE(3)))), "slope");
}

#include "net.h"

Test(add, computes_with_broadcasting)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 2));
    net_node(g, "Add", 1, V(x, net_floats(g, SHAPE(2), F(10, 20))));
    net_check(g, SHAPE(2, 2), F(1, 2, 3, 4),
              F(11, 22, 13, 24));
}

Test(add, follows_small_integers)
{
    struct graph *g = net_new(13);
    int a = net_ints(g, I(7, -4)), b = net_ints(g, I(2));
    int y = net_node(g, "Add", 1, V(a, b));
    net_done(g, y);
    net_is(g, y, SHAPE(2));
    net_knows(g, y, I(9, -2));
    graph_free(g);
}

Test(add, ties_channels_and_constants)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(-1, 1, 2, 2));
    int w = net_count(g, SHAPE(3, 1, 1, 1)), k = net_count(g, SHAPE(3, 1, 1));
    int u = net_count(g, SHAPE(3, 1, 1, 1));
    int a = net_node(g, "Conv", 1, V(x, w));
    int b = net_node(g, "Conv", 1, V(x, u));
    int y = net_node(g, "Add", 1, V(a, b));
    y = net_node(g, "Add", 1, V(y, k));
    net_done(g, net_node(g, "GlobalMaxPool", 1, V(y)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 0, 1), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, k, 0, 1), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, k, 0, 2), 0);
    cr_assert_eq(net_cost(g, 3).learned, 2u);
    coupling_free(c);
    graph_free(g);
}

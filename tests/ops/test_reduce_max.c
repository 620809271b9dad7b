#include "net.h"

Test(reduce_max, over_the_axes_of_an_attribute)
{
    struct graph *g = net_one("ReduceMax", 13, SHAPE(1, 2, 2));
    net_set_ints(g, "axes", I(-1));
    net_set_int(g, "keepdims", 0);
    net_check(g, SHAPE(1, 2), F(1, 3, -5, 7), F(3, 7));
}

Test(reduce_max, over_the_axes_of_an_input)
{
    struct graph *g = net_new(18);
    int x = net_input(g, SHAPE(1, 2, 2));
    net_node(g, "ReduceMax", 1, V(x, net_ints(g, I(1))));
    net_check(g, SHAPE(1, 1, 2), F(1, 3, -5, 7), F(1, 7));
}

Test(reduce_max, over_all_axes_or_none)
{
    net_check(net_one("ReduceMax", 13, SHAPE(2, 2)), SHAPE(1, 1), F(1, 3, -5, 7),
              F(7));
    struct graph *g = net_one("ReduceMax", 18, SHAPE(2, 2));
    net_set_int(g, "noop_with_empty_axes", 1);
    net_check(g, SHAPE(2, 2), F(1, 3, -5, 7), F(1, 3, -5, 7));
}

Test(reduce_max, over_space_lets_channels_through_over_channels_not)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "ReduceMax", 1, V(y));
    net_set_ints(g, "axes", I(2, 3));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 2, 1, 1));
    graph_free(g);
    g = net_begin(13, 3, &w, &y);
    y = net_node(g, "ReduceMax", 1, V(y));
    net_set_ints(g, "axes", I(1));
    net_end(g, y, 1, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "largest of the channels"));
    coupling_free(c);
    graph_free(g);
}

Test(reduce_max, an_axis_that_is_not_there_is_refused)
{
    struct graph *g = net_one("ReduceMax", 13, SHAPE(2, 2));
    net_set_ints(g, "axes", I(2));
    net_bad(g, g->nodes[0].outputs[0], "axis 2");
}

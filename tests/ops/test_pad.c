#include "net.h"

Test(pad, pads_with_a_constant)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2)), by = net_ints(g, I(0, 1, 1, 2));
    net_node(g, "Pad", 1, V(x, by, net_floats(g, SCALAR, F(9))));
    net_check(g, SHAPE(2, 5), F(1, 2), F(9, 1, 2, 9, 9, 9, 9, 9, 9, 9));
}

Test(pad, negative_pads_cut)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(4));
    net_node(g, "Pad", 1, V(x, net_ints(g, I(-1, 1))));
    net_check(g, SHAPE(4), F(1, 2, 3, 4), F(2, 3, 4, 0));
}

Test(pad, takes_attributes_before_opset_11)
{
    struct graph *g = net_one("Pad", 9, SHAPE(3));
    net_set_ints(g, "pads", I(2, 1));
    net_set_text(g, "mode", "reflect");
    net_check(g, SHAPE(6), F(1, 2, 3), F(3, 2, 1, 2, 3, 2));
    g = net_one("Pad", 9, SHAPE(3));
    net_set_ints(g, "pads", I(0, 1));
    net_set_float(g, "value", 4);
    net_check(g, SHAPE(4), F(1, 2, 3), F(1, 2, 3, 4));
}

Test(pad, takes_some_axes_since_opset_18)
{
    struct graph *g = net_new(18);
    int x = net_input(g, SHAPE(1, 2)), by = net_ints(g, I(1, 0));
    net_node(g, "Pad", 1, V(x, by, NO_VALUE, net_ints(g, I(-1))));
    net_set_text(g, "mode", "edge");
    net_check(g, SHAPE(1, 3), F(1, 2), F(1, 1, 2));
}

Test(pad, padded_channels_may_go_too)
{
    int w, y, u;
    struct graph *g = net_begin(13, 2, &w, &y);
    int by = net_ints(g, I(0, 1, 0, 0, 0, 2, 0, 0));
    int v = net_count(g, SHAPE(5, 1, 1, 1));
    y = net_node(g, "Pad", 1, V(y, by));
    int z = net_node(g, "Conv", 1, V(g->inputs[0], v));
    y = net_node(g, "Add", 1, V(y, z)); /* a shortcut that widens */
    net_end(g, y, 5, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, v, 0, 2), 1);
    coupling_free(c);
    net_cut(g, v, 0, I(0, 2, 4));
    net_is(g, w, SHAPE(1, 1, 1, 1));
    net_knows(g, g->nodes[1].inputs[1], I(0, 0, 0, 0, 0, 1, 0, 0));
    graph_free(g);
}

Test(pad, channels_taken_away_are_counted)
{
    int w, y, u;
    struct graph *g = net_begin(13, 4, &w, &y);
    y = net_node(g, "Pad", 1, V(y, net_ints(g, I(0, -2, 0, 0, 0, 0, 0, 0))));
    net_end(g, y, 2, &u);
    net_cut(g, w, 0, I(1, 2));
    net_knows(g, g->nodes[1].inputs[1], I(0, -1, 0, 0, 0, 0, 0, 0));
    net_is(g, u, SHAPE(2, 1, 1, 1));
    graph_free(g);
}

Test(pad, space_lets_channels_through_reflected_channels_do_not)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Pad", 1, V(y, net_ints(g, I(0, 0, 1, 1, 0, 0, 1, 1))));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    graph_free(g);
    g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Pad", 1, V(y, net_ints(g, I(0, 1, 0, 0, 0, 0, 0, 0))));
    net_set_text(g, "mode", "reflect");
    net_end(g, y, 4, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "other channels"));
    coupling_free(c);
    graph_free(g);
}

Test(pad, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(4));
    net_bad(g, net_node(g, "Pad", 1, V(x, net_ints(g, I(-5, 0)))), "pads of");
    g = net_new(13);
    x = net_input(g, SHAPE(4));
    net_bad(g, net_node(g, "Pad", 1, V(x, net_ints(g, I(1)))), "does not fit");
    g = net_new(13);
    x = net_input(g, SHAPE(4));
    net_bad(g, net_node(g, "Pad", 1, V(x, net_ints(g, I(INT64_MAX, 1)))),
            "pads of");
}

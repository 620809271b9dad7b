#include "net.h"

Test(concat, joins_along_an_axis)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 1));
    net_node(g, "Concat", 1,
             V(x, net_floats(g, SHAPE(2, 2), F(5, 6, 7, 8)), x));
    net_set_int(g, "axis", -1);
    net_check(g, SHAPE(2, 4), F(1, 2), F(1, 5, 6, 1, 2, 7, 8, 2));
}

Test(concat, joins_many)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 1)), in[40];
    float want[40];
    for (int i = 0; i < 40; i++) {
        in[i] = x;
        want[i] = 3;
    }
    net_node(g, "Concat", 1, in, 40);
    net_set_int(g, "axis", 1);
    net_check(g, SHAPE(1, 40), F(3), want, 40);
}

Test(concat, ties_with_an_offset)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int v = net_count(g, SHAPE(2, 1, 1, 1));
    int z = net_node(g, "Conv", 1, V(g->inputs[0], v));
    y = net_node(g, "Concat", 1, V(y, z, y));
    net_set_int(g, "axis", 1);
    net_end(g, y, 8, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 1, 1), 1);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 1, 6), 1);
    cr_assert_eq(net_tied(c, v, 0, 1, u, 1, 4), 1);
    cr_assert_eq(net_tied(c, v, 0, 1, w, 0, 1), 0);
    coupling_free(c);
    net_cut(g, w, 0, I(1));
    net_is(g, u, SHAPE(2, 6, 1, 1));
    graph_free(g);
}

Test(concat, along_space_ties_channels)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int v = net_count(g, SHAPE(3, 1, 1, 1));
    int z = net_node(g, "Conv", 1, V(g->inputs[0], v));
    y = net_node(g, "Concat", 1, V(y, z));
    net_set_int(g, "axis", 2);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 2, v, 0, 2), 1);
    coupling_free(c);
    net_cut(g, w, 0, I(2));
    net_is(g, v, SHAPE(2, 1, 1, 1));
    graph_free(g);
}

Test(concat, follows_small_integers)
{
    struct graph *g = net_new(13);
    int y =
        net_node(g, "Concat", 1, V(net_ints(g, I(1)), net_ints(g, I(2, 3))));
    net_set_int(g, "axis", 0);
    net_done(g, y);
    net_knows(g, y, I(1, 2, 3));
    graph_free(g);
}

Test(concat, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 1));
    int y = net_node(g, "Concat", 1, V(x, net_count(g, SHAPE(3, 1))));
    net_set_int(g, "axis", 1);
    net_bad(g, y, "does not fit");
    g = net_new(13);
    x = net_input(g, SHAPE(2, 1));
    y = net_node(g, "Concat", 1, V(x, net_count(g, SHAPE(2))));
    net_set_int(g, "axis", 1);
    net_bad(g, y, "number of axes");
}

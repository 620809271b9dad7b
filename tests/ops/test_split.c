#include "net.h"

/* y in parts, joined again in another order. */
static int rejoin(struct graph *g, int y, int sizes, int axis)
{
    int a = sizes < 0 ? net_node(g, "Split", 2, V(y))
                      : net_node(g, "Split", 2, V(y, sizes));
    net_set_int(g, "axis", axis);
    return a;
}

Test(split, takes_an_axis_apart)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    int a = rejoin(g, x, net_ints(g, I(1, 2)), 1);
    net_done(g, a + 1);
    net_is(g, a, SHAPE(2, 1));
    net_gives(g, F(1, 2, 3, 4, 5, 6), F(2, 3, 5, 6));
    graph_free(g);
    g = net_new(11);
    a = rejoin(g, net_input(g, SHAPE(2, 3)), -1, 1);
    net_set_ints(g, "split", I(2, 1));
    net_done(g, a + 1);
    net_gives(g, F(1, 2, 3, 4, 5, 6), F(3, 6));
    graph_free(g);
    g = net_new(18);
    a = rejoin(g, net_input(g, SHAPE(5)), -1, 0);
    net_done(g, a + 1);
    net_is(g, a, SHAPE(3));
    net_gives(g, F(1, 2, 3, 4, 5), F(4, 5));
    graph_free(g);
}

static void cut_one(int64_t opset, int told)
{
    int w, y, u;
    struct graph *g = net_begin(opset, 4, &w, &y);
    int sizes = told ? net_ints(g, I(2, 2)) : -1;
    int a = rejoin(g, y, sizes, 1);
    if (opset == 18)
        net_set_int(g, "num_outputs", 2);
    y = net_node(g, "Concat", 1, V(a + 1, a));
    net_set_int(g, "axis", 1);
    net_end(g, y, 4, &u);
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 1, u, 1, 3), 1);
    coupling_free(c);
    net_cut(g, w, 0, I(1));
    net_is(g, a, SHAPE(1, 1, 2, 2));
    net_is(g, a + 1, SHAPE(1, 2, 2, 2));
    cr_assert_null(node_attr(&g->nodes[1], "num_outputs"));
    graph_free(g);
}

Test(split, sizes_are_mended_wherever_they_stand)
{
    cut_one(13, 1);
    cut_one(13, 0);
    cut_one(11, 0);
    cut_one(18, 0);
}

Test(split, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    net_bad(g, rejoin(g, x, net_ints(g, I(1, 1)), 1), "make up 3");
    g = net_new(13);
    x = net_input(g, SHAPE(2, 3));
    net_bad(g, rejoin(g, x, net_ints(g, I(-1, 4)), 1), "part of -1");
}

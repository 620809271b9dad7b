#include "net.h"

Test(expand, repeats)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 1));
    net_node(g, "Expand", 1, V(x, net_ints(g, I(3, 1, 2))));
    net_check(g, SHAPE(3, 2, 2), F(1, 2),
              F(1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2));
    g = net_new(13);
    x = net_input(g, SHAPE(2, 1));
    net_node(g, "Expand", 1, V(x, net_ints(g, I(1))));
    net_check(g, SHAPE(2, 1), F(1, 2), F(1, 2));
}

Test(expand, sizes_are_mended)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "GlobalMaxPool", 1, V(y));
    y = net_node(g, "Expand", 1, V(y, net_ints(g, I(3, 2, 2))));
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(0));
    net_knows(g, g->nodes[2].inputs[1], I(2, 2, 2));
    graph_free(g);
}

Test(expand, computed_sizes_keep_to_the_batch)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int n = net_node(g, "Shape", 1, V(y));
    y = net_node(g, "GlobalMaxPool", 1, V(y));
    net_end(g, net_node(g, "Expand", 1, V(y, n)), 3, &u);
    net_cut(g, w, 0, I(2));
    cr_assert_eq(graph_infer(g, 4, NULL, 0, NULL), 0);
    net_is(g, g->outputs[0], SHAPE(4, 2, 2, 2));
    graph_free(g);
}

Test(expand, what_cannot_be_is_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(2, 3));
    net_bad(g, net_node(g, "Expand", 1, V(x, net_ints(g, I(2)))), "");
    g = net_new(13);
    x = net_input(g, SHAPE(2, 3));
    net_bad(g, net_node(g, "Expand", 1, V(x, net_ints(g, I(-1)))), "negative");
}

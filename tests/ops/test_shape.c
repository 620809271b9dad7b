#include "net.h"

Test(shape, lists_the_sizes)
{
    struct graph *g = net_one("Shape", 13, SHAPE(2, 1, 3));
    int y = g->nodes[0].outputs[0];
    net_done(g, y);
    net_is(g, y, SHAPE(3));
    net_knows(g, y, I(2, 1, 3));
    graph_free(g);
}

Test(shape, lists_some_since_opset_15)
{
    static const int64_t cases[][5] = {
        {1, 2, 1, 1, 0}, {-2, 3, 2, 1, 3}, {0, -1, 2, 2, 1}, {2, 1, 0, 0, 0}};
    for (int i = 0; i < 4; i++) {
        struct graph *g = net_one("Shape", 15, SHAPE(2, 1, 3));
        int y = g->nodes[0].outputs[0];
        net_set_int(g, "start", cases[i][0]);
        net_set_int(g, "end", cases[i][1]);
        net_done(g, y);
        net_knows(g, y, cases[i] + 3, (size_t)cases[i][2]);
        graph_free(g);
    }
}

Test(shape, ties_nothing)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    int s = net_node(g, "Shape", 1, V(y));
    net_end(g, net_node(g, "Reshape", 1, V(y, s)), 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert_str_eq(net_frozen(c, w, 0), "");
    coupling_free(c);
    graph_free(g);
}

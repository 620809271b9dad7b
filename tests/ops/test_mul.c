#include "cases.h"

Test(mul, computes_with_broadcasting)
{
    case_broadcast("Mul", (float[]){1, 2, 3, 4}, (float[]){10, 20},
                   (float[]){10, 40, 30, 80});
}

Test(mul, follows_small_integers)
{
    case_integers("Mul", 14, -8);
}

Test(mul, ties_channels_and_constants)
{
    case_ties("Mul");
}

Test(mul, by_a_gate_ties_its_channels)
{
    struct graph *g = net_new(13); /* squeeze and excite */
    int x = net_input(g, SHAPE(-1, 1, 4, 4));
    int w = net_count(g, SHAPE(3, 1, 1, 1)),
        u = net_count(g, SHAPE(3, 3, 1, 1));
    int a = net_node(g, "Conv", 1, V(x, w));
    int b = net_node(g, "GlobalAveragePool", 1, V(a));
    b = net_node(g, "Conv", 1, V(b, u));
    int y = net_node(g, "Mul", 1, V(a, b));

    net_done(g, net_node(g, "GlobalMaxPool", 1, V(y)));
    struct coupling *c = net_couple(g);
    cr_assert_eq(net_tied(c, w, 0, 2, u, 0, 2), 1);
    cr_assert_eq(net_tied(c, w, 0, 2, u, 1, 2), 1);
    cr_assert_eq(net_tied(c, y, 2, 0, a, 2, 0), -1);
    coupling_free(c);
    graph_free(g);
}

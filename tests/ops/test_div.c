#include "cases.h"

Test(div, computes_with_broadcasting)
{
    case_broadcast("Div", (float[]){1, 2, 3, 4}, (float[]){10, 20},
                   (float[]){0.1f, 0.1f, 0.3f, 0.2f});
}

Test(div, follows_small_integers)
{
    case_integers("Div", 3, -2);
}

Test(div, ties_channels_and_constants)
{
    case_ties("Div");
}

Test(div, of_integers_by_zero_does_not_trap)
{
    struct graph *g = net_new(13);
    int a = net_ints(g, I(INT64_MIN, 5)), b = net_ints(g, I(-1, 0));
    int y = net_node(g, "Div", 1, V(a, b));
    net_done(g, y);
    net_knows(g, y, I(INT64_MIN, 0));
    graph_free(g);
}

#include "cases.h"

Test(sum, computes_with_broadcasting)
{
    case_broadcast("Sum", (float[]){1, 2, 3, 4}, (float[]){10, 20},
                   (float[]){11, 22, 13, 24});
}

Test(sum, follows_small_integers)
{
    case_integers("Sum", 9, -2);
}

Test(sum, ties_channels_and_constants)
{
    case_ties("Sum");
}

Test(sum, of_any_number)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2));
    int k = net_floats(g, SHAPE(3, 1), F(1, 2, 3));
    net_node(g, "Sum", 1, V(x, k, x));
    net_check(g, SHAPE(3, 2), F(10, 20), F(21, 41, 22, 42, 23, 43));
    net_check(net_one("Sum", 13, SHAPE(1, 2)), SHAPE(1, 2), F(5, 6), F(5, 6));
}

Test(sum, shapes_that_do_not_fit_are_refused)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2));
    net_bad(g, net_node(g, "Sum", 1, V(x, net_count(g, SHAPE(3)))), "");
}

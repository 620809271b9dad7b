#include "net.h"

Test(pow, by_a_scalar_and_by_a_tensor)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    net_node(g, "Pow", 1, V(x, net_floats(g, SCALAR, F(2))));
    net_check(g, SHAPE(1, 3), F(1, -3, 0.5f), F(1, 9, 0.25f));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 3));
    net_node(g, "Pow", 1, V(x, net_floats(g, SHAPE(3), F(1, 2, -1))));
    net_check(g, SHAPE(1, 3), F(5, 3, 4), F(5, 9, 0.25f));
}

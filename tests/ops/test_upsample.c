#include "net.h"

Test(upsample, repeats_places)
{
    static const float scales[] = {1, 1, 2, 3};
    struct graph *g = net_one("Upsample", 7, SHAPE(1, 1, 2, 1));
    struct attr *a = net_attr(g, "scales");
    a->type = ATTR_FLOATS;
    a->floats = scales;
    a->n = 4;
    net_check(g, SHAPE(1, 1, 4, 3), F(1, 2),
              F(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2));
    g = net_new(9);
    int x = net_input(g, SHAPE(1, 1, 1));
    net_node(g, "Upsample", 1, V(x, net_floats(g, SHAPE(3), F(1, 1, 2.5f))));
    net_check(g, SHAPE(1, 1, 2), F(7), F(7, 7));
}

Test(upsample, linear_by_its_kernel)
{
    struct graph *g = net_new(9);
    int x = net_input(g, SHAPE(1, 1, 2));
    int y = net_node(g, "Upsample", 1, V(x, net_floats(g, SHAPE(3),
                                                       F(1, 1, 2))));
    net_set_text(g, "mode", "linear");
    (void)y;
    net_check(g, SHAPE(1, 1, 4), F(1, 2), F(1, 1.5f, 2, 2));
}

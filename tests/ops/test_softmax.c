#include "net.h"

Test(softmax, along_one_axis_since_opset_13)
{
    net_check(net_one("Softmax", 13, SHAPE(2, 1, 2)), SHAPE(2, 1, 2),
              F(0, 0.69314718f, 1.09861229f, 0), F(0.33333333f, 0.66666667f, 0.75f, 0.25f));
    struct graph *g = net_one("Softmax", 13, SHAPE(2, 1, 2));
    net_set_int(g, "axis", 0);
    net_check(g, SHAPE(2, 1, 2), F(0, 0, 0, 1.09861229f), F(0.5f, 0.25f, 0.5f, 0.75f));
}

Test(softmax, over_all_axes_behind_before)
{
    net_check(net_one("Softmax", 11, SHAPE(1, 2, 2)), SHAPE(1, 2, 2),
              F(0, 0, 0, 1.09861229f), F(0.16666667f, 0.16666667f, 0.16666667f, 0.5f));
}

Test(softmax, freezes_the_channels_that_it_weighs)
{
    int w, u, y;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Softmax", 1, V(y));
    net_set_int(g, "axis", 1);
    net_end(g, y, 3, &u);
    struct coupling *c = net_couple(g);
    cr_assert(strstr(net_frozen(c, w, 0), "against each other"));
    coupling_free(c);
    graph_free(g);
    net_through("Softmax", 13);
}

#include "net.h"

Test(clip, computes)
{
    net_check(net_one("Clip", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-4, 0, 9),
              F(-4, 0, 9));
}

Test(clip, lets_channels_through)
{
    net_through("Clip", 13);
}

Test(clip, takes_attributes_before_opset_11)
{
    struct graph *g = net_one("Clip", 6, SHAPE(1, 3));
    net_set_float(g, "min", 0);
    net_set_float(g, "max", 6);
    net_check(g, SHAPE(1, 3), F(-1, 3, 9),
              F(0, 3, 6));
}

Test(clip, takes_optional_inputs_since_opset_11)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    int top = net_floats(g, SCALAR, F(6));
    net_node(g, "Clip", 1, V(x, NO_VALUE, top));
    net_check(g, SHAPE(1, 3), F(-1, 3, 9), F(-1, 3, 6));
}

Test(clip, bounds_may_be_computed)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    int low = net_node(g, "ReduceMin", 1, V(x));
    net_set_int(g, "keepdims", 0);
    int y = net_node(g, "Clip", 1, V(x, low));
    net_done(g, y);
    net_gives(g, (float[]){2, 1, 3}, 3, (float[]){2, 1, 3}, 3);
    graph_free(g);
}

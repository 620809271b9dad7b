#include "net.h"

Test(leaky_relu, computes)
{
    net_check(net_one("LeakyRelu", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-100, 0, 2),
              F(-1, 0, 2));
}

Test(leaky_relu, lets_channels_through)
{
    net_through("LeakyRelu", 13);
}

Test(leaky_relu, takes_alpha)
{
    struct graph *g = net_one("LeakyRelu", 13, SHAPE(1, 2));
    net_set_float(g, "alpha", 0.5f);
    net_check(g, SHAPE(1, 2), F(-2, 2),
              F(-1, 2));
}

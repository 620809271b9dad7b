#include "net.h"

Test(hard_sigmoid, computes)
{
    net_check(net_one("HardSigmoid", 13, SHAPE(1, 4)), SHAPE(1, 4),
              F(-4, 0, 1, 4),
              F(0, 0.5f, 0.7f, 1));
}

Test(hard_sigmoid, lets_channels_through)
{
    net_through("HardSigmoid", 13);
}

Test(hard_sigmoid, takes_alpha_and_beta)
{
    struct graph *g = net_one("HardSigmoid", 13, SHAPE(1, 3));
    net_set_float(g, "alpha", 0.16666667f);
    net_set_float(g, "beta", 0.25f);
    net_check(g, SHAPE(1, 3), F(-3, 0, 3),
              F(0, 0.25f, 0.75f));
}

#include "net.h"

Test(elu, computes)
{
    net_check(net_one("Elu", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-1, 0, 2),
              F(-0.63212056f, 0, 2));
}

Test(elu, lets_channels_through)
{
    net_through("Elu", 13);
}

Test(elu, takes_alpha)
{
    struct graph *g = net_one("Elu", 13, SHAPE(1, 2));
    net_set_float(g, "alpha", 2);
    net_check(g, SHAPE(1, 2), F(-1, 2),
              F(-1.26424112f, 2));
}

#include "net.h"

Test(tanh, computes)
{
    net_check(net_one("Tanh", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(0, 1, -2),
              F(0, 0.76159416f, -0.96402758f));
}

Test(tanh, lets_channels_through)
{
    net_through("Tanh", 13);
}

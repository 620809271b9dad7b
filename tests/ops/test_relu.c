#include "net.h"

Test(relu, computes)
{
    net_check(net_one("Relu", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-1, 0, 2),
              F(0, 0, 2));
}

Test(relu, lets_channels_through)
{
    net_through("Relu", 13);
}

#include "net.h"

Test(neg, computes)
{
    net_check(net_one("Neg", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-3, 0, 2),
              F(3, 0, -2));
}

Test(neg, lets_channels_through)
{
    net_through("Neg", 13);
}

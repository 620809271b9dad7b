#include "net.h"

Test(reciprocal, computes)
{
    net_check(net_one("Reciprocal", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(4, -0.5f, 1),
              F(0.25f, -2, 1));
}

Test(reciprocal, lets_channels_through)
{
    net_through("Reciprocal", 13);
}

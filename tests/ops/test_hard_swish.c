#include "net.h"

Test(hard_swish, computes)
{
    net_check(net_one("HardSwish", 14, SHAPE(1, 4)), SHAPE(1, 4),
              F(-4, -1, 1, 4),
              F(0, -0.33333333f, 0.66666667f, 4));
}

Test(hard_swish, lets_channels_through)
{
    net_through("HardSwish", 14);
}

#include "net.h"

Test(abs, computes)
{
    net_check(net_one("Abs", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(-3, 0, 2),
              F(3, 0, 2));
}

Test(abs, lets_channels_through)
{
    net_through("Abs", 13);
}

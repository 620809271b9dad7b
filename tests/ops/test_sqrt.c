#include "net.h"

Test(sqrt, computes)
{
    net_check(net_one("Sqrt", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(0, 4, 2),
              F(0, 2, 1.41421356f));
}

Test(sqrt, lets_channels_through)
{
    net_through("Sqrt", 13);
}

#include "net.h"

Test(exp, computes)
{
    net_check(net_one("Exp", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(0, 1, -1),
              F(1, 2.71828183f, 0.36787944f));
}

Test(exp, lets_channels_through)
{
    net_through("Exp", 13);
}

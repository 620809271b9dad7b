#include "net.h"

Test(log, computes)
{
    net_check(net_one("Log", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(1, 2, 0.5f),
              F(0, 0.69314718f, -0.69314718f));
}

Test(log, lets_channels_through)
{
    net_through("Log", 13);
}

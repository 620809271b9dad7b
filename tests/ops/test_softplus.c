#include "net.h"

Test(softplus, computes)
{
    net_check(net_one("Softplus", 13, SHAPE(1, 4)), SHAPE(1, 4),
              F(0, 1, -3, 40),
              F(0.69314718f, 1.31326169f, 0.04858735f, 40));
}

Test(softplus, lets_channels_through)
{
    net_through("Softplus", 13);
}

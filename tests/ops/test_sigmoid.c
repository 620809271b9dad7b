#include "net.h"

Test(sigmoid, computes)
{
    net_check(net_one("Sigmoid", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(0, 1, -2),
              F(0.5f, 0.73105858f, 0.11920292f));
}

Test(sigmoid, lets_channels_through)
{
    net_through("Sigmoid", 13);
}

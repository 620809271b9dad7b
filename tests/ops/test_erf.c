#include "net.h"

Test(erf, computes)
{
    net_check(net_one("Erf", 13, SHAPE(1, 3)), SHAPE(1, 3),
              F(0, 0.5f, -1),
              F(0, 0.52049988f, -0.84270079f));
}

Test(erf, lets_channels_through)
{
    net_through("Erf", 13);
}

#include "net.h"

Test(global_average_pool, leaves_one_number_a_channel)
{
    net_check(net_one("GlobalAveragePool", 13, SHAPE(1, 2, 1, 3)),
              SHAPE(1, 2, 1, 1), F(1, 2, 3, 0, -3, 0), F(2, -1));
}

Test(global_average_pool, lets_channels_through)
{
    net_through("GlobalAveragePool", 13);
}

Test(global_average_pool, needs_space)
{
    struct graph *g = net_one("GlobalAveragePool", 13, SHAPE(1, 2));
    net_bad(g, g->nodes[0].outputs[0], "no space");
}

#include "cases.h"

Test(softmax, along_one_axis_since_opset_13)
{
    net_check(net_one("Softmax", 13, SHAPE(2, 1, 2)), SHAPE(2, 1, 2),
              F(0, 0.69314718f, 1.09861229f, 0),
              F(0.33333333f, 0.66666667f, 0.75f, 0.25f));
    struct graph *g = net_one("Softmax", 13, SHAPE(2, 1, 2));
    net_set_int(g, "axis", 0);
    net_check(g, SHAPE(2, 1, 2), F(0, 0, 0, 1.09861229f),
              F(0.5f, 0.25f, 0.5f, 0.75f));
}

Test(softmax, over_all_axes_behind_before)
{
    net_check(net_one("Softmax", 11, SHAPE(1, 2, 2)), SHAPE(1, 2, 2),
              F(0, 0, 0, 1.09861229f),
              F(0.16666667f, 0.16666667f, 0.16666667f, 0.5f));
}

Test(softmax, freezes_the_channels_that_it_weighs)
{
    case_weighs("Softmax");
}

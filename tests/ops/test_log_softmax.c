#include "cases.h"

Test(log_softmax, along_one_axis_since_opset_13)
{
    net_check(net_one("LogSoftmax", 13, SHAPE(2, 1, 2)), SHAPE(2, 1, 2),
              F(0, 0.69314718f, 1.09861229f, 0),
              F(-1.09861229f, -0.40546511f, -0.28768207f, -1.38629436f));
    struct graph *g = net_one("LogSoftmax", 13, SHAPE(2, 1, 2));
    net_set_int(g, "axis", 0);
    net_check(g, SHAPE(2, 1, 2), F(0, 0, 0, 1.09861229f),
              F(-0.69314718f, -1.38629436f, -0.69314718f, -0.28768207f));
}

Test(log_softmax, over_all_axes_behind_before)
{
    net_check(net_one("LogSoftmax", 11, SHAPE(1, 2, 2)), SHAPE(1, 2, 2),
              F(0, 0, 0, 1.09861229f),
              F(-1.79175947f, -1.79175947f, -1.79175947f, -0.69314718f));
}

Test(log_softmax, freezes_the_channels_that_it_weighs)
{
    case_weighs("LogSoftmax");
}

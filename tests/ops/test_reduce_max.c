#include "cases.h"

Test(reduce_max, over_axes_of_attribute_or_input_or_all)
{
    case_reduce("ReduceMax", (float[]){3, 7}, (float[]){1, 7}, 7);
}

Test(reduce_max, over_space_lets_channels_through_over_channels_not)
{
    case_reduce_ties("ReduceMax", "largest of the channels");
}

#include "cases.h"

Test(reduce_min, over_axes_of_attribute_or_input_or_all)
{
    case_reduce("ReduceMin", (float[]){1, -5}, (float[]){-5, 3}, -5);
}

Test(reduce_min, over_space_lets_channels_through_over_channels_not)
{
    case_reduce_ties("ReduceMin", "least of the channels");
}

#include "cases.h"

Test(reduce_sum, over_axes_of_attribute_or_input_or_all)
{
    case_reduce("ReduceSum", (float[]){4, 2}, (float[]){-4, 10}, 6);
}

Test(reduce_sum, over_space_lets_channels_through_over_channels_not)
{
    case_reduce_ties("ReduceSum", "sums over channels");
}

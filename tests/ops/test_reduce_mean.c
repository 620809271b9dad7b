#include "cases.h"

Test(reduce_mean, over_axes_of_attribute_or_input_or_all)
{
    case_reduce("ReduceMean", (float[]){2, 1}, (float[]){-2, 5}, 1.5f);
}

Test(reduce_mean, over_space_lets_channels_through_over_channels_not)
{
    case_reduce_ties("ReduceMean", "averages over channels");
}

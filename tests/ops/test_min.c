#include "cases.h"

Test(min, computes_with_broadcasting)
{
    case_broadcast("Min", (float[]){1, 2, 3, 4}, (float[]){2, 3},
                   (float[]){1, 2, 2, 3});
}

Test(min, follows_small_integers)
{
    case_integers("Min", 2, -4);
}

Test(min, ties_channels_and_constants)
{
    case_ties("Min");
}

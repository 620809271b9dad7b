#include "cases.h"

Test(sub, computes_with_broadcasting)
{
    case_broadcast("Sub", (float[]){1, 2, 3, 4}, (float[]){10, 20},
                   (float[]){-9, -18, -7, -16});
}

Test(sub, follows_small_integers)
{
    case_integers("Sub", 5, -6);
}

Test(sub, ties_channels_and_constants)
{
    case_ties("Sub");
}

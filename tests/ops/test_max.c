#include "cases.h"

Test(max, computes_with_broadcasting)
{
    case_broadcast("Max", (float[]){1, 2, 3, 4}, (float[]){2, 3},
                   (float[]){2, 3, 3, 4});
}

Test(max, follows_small_integers)
{
    case_integers("Max", 7, 2);
}

Test(max, ties_channels_and_constants)
{
    case_ties("Max");
}

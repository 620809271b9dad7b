#include "cases.h"

Test(add, computes_with_broadcasting)
{
    case_broadcast("Add", (float[]){1, 2, 3, 4}, (float[]){10, 20},
                   (float[]){11, 22, 13, 24});
}

Test(add, follows_small_integers)
{
    case_integers("Add", 9, -2);
}

Test(add, ties_channels_and_constants)
{
    case_ties("Add");
}

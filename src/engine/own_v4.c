#include "engine/own_levels.h"

#if OWN_HAS_LEVELS
/* AVX-512, as of x86-64-v4. */
#include <math.h>
#include <string.h>
#pragma GCC target("arch=x86-64-v4")
#define OWN_WIDTH 16
#define OWN_SET own_v4
#define OWN_LEVEL "avx512"
#include "engine/own_kernels.h"
#endif

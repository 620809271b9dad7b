#include "engine/own_levels.h"

#if OWN_HAS_LEVELS
/* AVX2 and FMA, as of x86-64-v3. */
#include <math.h>
#include <string.h>
#pragma GCC target("arch=x86-64-v3")
#define OWN_WIDTH 8
#define OWN_SET own_v3
#define OWN_LEVEL "avx2"
#include "engine/own_kernels.h"
#endif

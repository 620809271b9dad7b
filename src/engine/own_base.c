/* Whatever every machine of the kind has. */
#include <math.h>
#include <string.h>
#include "engine/own_levels.h"
#define OWN_WIDTH 4
#define OWN_SET own_base
#define OWN_LEVEL "base"
#include "engine/own_kernels.h"

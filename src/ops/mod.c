#include <math.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* The rest of a / b: of b's sign, or of a's with fmod. A division by 0 gives
 * 0 for integers. */
static double real(double a, double b)
{
    double r = fmod(a, b);

    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static double real_fmod(double a, double b)
{
    return fmod(a, b);
}

static int64_t rest(int64_t a, int64_t b, enum dtype t)
{
    if (b == 0 || (b == -1 && t != DTYPE_U64))
        return 0;
    return t == DTYPE_U64 ? (int64_t)((uint64_t)a % (uint64_t)b) : a % b;
}

static int64_t whole(int64_t a, int64_t b, enum dtype t)
{
    int64_t r = rest(a, b, t);

    return t != DTYPE_U64 && r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

static int host(struct host_call *c, struct prune_error *err)
{
    int as_c = node_int(c->node, "fmod", 0) != 0;

    return ops_host_fold(c,
                         as_c ? &(struct ops_fold){real_fmod, rest, 0}
                              : &(struct ops_fold){real, whole, 0},
                         err);
}

const struct op op_mod = {
    .name = "Mod",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .host = host,
};

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* true where x is false */
static int64_t whole(int64_t x, enum dtype t)
{
    (void)t;
    return x == 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_map(c, &(struct ops_map){NULL, whole, DTYPE_BOOL}, NULL,
                        err);
}

const struct op op_not = {
    .name = "Not",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = ops_infer_truth,
    .couple = ops_couple_decides,
    .host = host,
};

#include <string.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* a moved by b bits to the left or the right; unsigned. A shift by all of a
 * type's bits or more leaves nothing. */
static int64_t left(int64_t a, int64_t b, enum dtype t)
{
    (void)t;
    return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b);
}

static int64_t right(int64_t a, int64_t b, enum dtype t)
{
    (void)t;
    return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a >> b);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const char *to = node_text(c->node, "direction", "");

    if (strcmp(to, "LEFT") && strcmp(to, "RIGHT"))
        return host_bad(c, err, "its direction is '%s'", to);
    return ops_host_fold(
        c, &(struct ops_fold){NULL, strcmp(to, "LEFT") ? right : left, 0},
        err);
}

const struct op op_bit_shift = {
    .name = "BitShift",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_broadcast,
    .couple = ops_couple_broadcast,
    .host = host,
};

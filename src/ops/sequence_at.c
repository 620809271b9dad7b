#include "ops/sequences.h"

/* The tensor at a position. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    int64_t at;
    int e;

    if (!s)
        return PRUNE_E_INPUT;
    e = ops_position(c, 1, s->n, s->n - 1, 0, &at, err);
    return e ? e : host_set(c, 0, datum_ref(s->items[at]));
}

const struct op op_sequence_at = {
    .name = "SequenceAt",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 2,
    .host = host,
};

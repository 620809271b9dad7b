#include "ops/infer.h"
#include "ops/sequences.h"

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_out(g, n, 0, &(struct shape){.rank = 0}, DTYPE_I64, err);
}

/* How many tensors there are, as a scalar. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    struct datum *d = NULL;
    int e = s ? ops_scalar_datum(&d, DTYPE_I64, &s->n, err) : PRUNE_E_INPUT;

    return e ? e : host_set(c, 0, d);
}

const struct op op_sequence_length = {
    .name = "SequenceLength",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .host = host,
};

#include "graph/host.h"

/* A sequence of the inputs. */
static int host(struct host_call *c, struct prune_error *err)
{
    struct datum *made = NULL;
    int e;

    for (int i = 0; i < c->node->n_inputs; i++)
        if (!host_need(c, i, err))
            return PRUNE_E_INPUT;
    e = datum_sequence(&made, c->in, c->node->n_inputs, err);
    return e ? e : host_set(c, 0, made);
}

const struct op op_sequence_construct = {
    .name = "SequenceConstruct",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = -1,
    .host = host,
};

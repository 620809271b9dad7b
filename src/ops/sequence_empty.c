#include "graph/host.h"

/* A sequence of nothing; what it may hold later matters to no kernel. */
static int host(struct host_call *c, struct prune_error *err)
{
    struct datum *made = NULL;
    int e = datum_sequence(&made, NULL, 0, err);

    return e ? e : host_set(c, 0, made);
}

const struct op op_sequence_empty = {
    .name = "SequenceEmpty",
    .domain = "",
    .since = 11,
    .min_inputs = 0,
    .max_inputs = 0,
    .host = host,
};

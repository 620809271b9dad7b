#include "graph/host.h"

/* An optional around the input, or an empty one. One that is not empty is
 * its contents. */
static int host(struct host_call *c, struct prune_error *err)
{
    struct datum *made = NULL;
    int e;

    if (c->node->n_inputs > 0 && c->in[0])
        return host_set(c, 0, datum_ref(c->in[0]));
    e = datum_none(&made, err);
    return e ? e : host_set(c, 0, made);
}

const struct op op_optional = {
    .name = "Optional",
    .domain = "",
    .since = 15,
    .min_inputs = 0,
    .max_inputs = 1,
    .host = host,
};

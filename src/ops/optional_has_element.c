#include "ops/infer.h"
#include "ops/sequences.h"

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_out(g, n, 0, &(struct shape){.rank = 0}, DTYPE_BOOL, err);
}

/* Whether the optional holds something; since opset 18 an input that is
 * absent is an empty one. */
static int host(struct host_call *c, struct prune_error *err)
{
    unsigned char has = c->node->n_inputs > 0 && c->in[0] &&
                        c->in[0]->kind != DATUM_NONE;
    struct datum *d = NULL;
    int e = ops_scalar_datum(&d, DTYPE_BOOL, &has, err);

    return e ? e : host_set(c, 0, d);
}

const struct op op_optional_has_element = {
    .name = "OptionalHasElement",
    .domain = "",
    .since = 15,
    .min_inputs = 0,
    .max_inputs = 1,
    .infer = infer,
    .host = host,
};

#include <string.h>

#include "graph/host.h"
#include "ops/resample.h"

/* The older Resize: factors of an attribute or, in opset 9, of input 1. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_resample(g, n, 1, -1, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const char *mode = node_text(n, "mode", "nearest");

    if (strcmp(mode, "nearest") != 0)
        return lower_refuse(n, err, "mode \"%.40s\" is not done", mode);
    return ops_lower_repeat(l, g, n, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_resample(c, c->graph->opset < 9 ? -1 : 1, -1, -1, err);
}

const struct op op_upsample = {
    .name = "Upsample",
    .domain = "",
    .since = 7,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = infer,
    .couple = ops_couple_resample,
    .lower = lower,
    .host = host,
};

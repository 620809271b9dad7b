#include "ops/infer.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* x [N,C,...]: the channels of an image are normalised in num_groups runs;
 * scale and bias are of the groups in opset 18, of the channels since 21. */

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const char *reason = "normalises channels in groups";
    int e = ops_couple_pool(c, g, n, err);
    if (!e)
        e = ops_freeze_live(c, g, n, 1, reason, err);
    for (int i = 1; !e && i < 3; i++)
        if (node_in(g, n, i))
            e = couple_freeze_all(c, n->inputs[i], n, reason, err);
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    (void)g;
    (void)n;
    out->learned = 1U << 1 | 1U << 2;
}

static int host(struct host_call *c, struct prune_error *err)
{
    int64_t groups = node_int(c->node, "num_groups", 0);
    return ops_host_groups(c, groups, c->graph->opset < 21, err);
}

const struct op op_group_normalization = {
    .name = "GroupNormalization",
    .domain = "",
    .since = 18,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = ops_infer_channels,
    .couple = couple,
    .cost = cost,
    .host = host,
};

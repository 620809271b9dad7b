#include "ops/infer.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* x [N,C,...], scale [C], bias [C]: each channel of each image is
 * normalised by itself. */

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    char text[96];
    for (int i = 1; i < 3; i++) {
        const struct shape *s = &node_in(g, n, i)->shape;
        if (x->rank < 2 || s->rank != 1 || s->dims[0] != x->dims[1])
            return ops_bad(n, err, "input %d is %s", i, shape_text(s, text));
    }
    return ops_infer_same(g, n, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int e = ops_couple_pool(c, g, n, err);
    for (int i = 1; !e && i < 3; i++)
        e = ops_rider(c, g, n, i, n->inputs[0], 1, ROLE_SIDE, err);
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
    const struct tensor *x = host_need(c, 0, err);
    if (!x || x->shape.rank < 2 || x->shape.dims[1] < 1)
        return host_bad(c, err, "its input has no channels");
    return ops_host_groups(c, x->shape.dims[1], 0, err);
}

const struct op op_instance_normalization = {
    .name = "InstanceNormalization",
    .domain = "",
    .since = 1,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .host = host,
};

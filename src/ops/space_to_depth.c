#include "ops/blocks.h"
#include "ops/infer.h"

/* Each block of b * b positions becomes as many channels, which are the
 * input's number of channels apart. */
static int find(struct blocks *out, const struct node *n,
                const struct shape *x, struct prune_error *err)
{
    const int64_t *d = x->dims;
    int64_t b;
    int e = ops_block_size(&b, n, x, err);

    if (e)
        return e;
    if (d[2] % b || d[3] % b)
        return ops_bad(n, err, "%lld by %lld positions are no blocks of %lld",
                       (long long)d[2], (long long)d[3], (long long)b);
    *out = (struct blocks){
        .in = {6, {d[0], d[1], d[2] / b, b, d[3] / b, b}},
        .order = {0, 3, 5, 1, 2, 4},
        .out = {4, {d[0], ops_times(d[1], b * b), d[2] / b, d[3] / b}},
    };
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_blocks(g, n, find, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    return ops_couple_blocks(c, g, n, n->inputs[0], n->outputs[0], 1,
                             node_in(g, n, 0)->shape.dims[1], err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    return ops_lower_blocks(l, g, n, find, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_blocks(c, find, err);
}

const struct op op_space_to_depth = {
    .name = "SpaceToDepth",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};

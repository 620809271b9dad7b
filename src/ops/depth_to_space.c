#include <string.h>

#include "ops/blocks.h"
#include "ops/infer.h"

/* Each group of b * b channels becomes one channel of an image b times as
 * high and wide. The channels of a group are an image's size apart (mode
 * DCR) or follow each other (CRD, since opset 11). */
static int is_crd(const struct node *n)
{
    return strcmp(node_text(n, "mode", "DCR"), "CRD") == 0;
}

static int find(struct blocks *out, const struct node *n,
                const struct shape *x, struct prune_error *err)
{
    const int64_t *d = x->dims;
    int64_t b, c;
    int e = ops_block_size(&b, n, x, err);

    if (e)
        return e;
    if (d[1] % (b * b))
        return ops_bad(n, err, "%lld channels are no groups of %lld",
                       (long long)d[1], (long long)(b * b));
    c = d[1] / (b * b);
    *out = is_crd(n) ? (struct blocks){
        .in = {6, {d[0], c, b, b, d[2], d[3]}},
        .order = {0, 1, 4, 2, 5, 3},
    } : (struct blocks){
        .in = {6, {d[0], b, b, c, d[2], d[3]}},
        .order = {0, 3, 4, 1, 5, 2},
    };
    out->out = (struct shape){4, {d[0], c, ops_times(d[2], b),
                                  ops_times(d[3], b)}};
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    return ops_infer_blocks(g, n, find, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int64_t b = node_int(n, "blocksize", 0);
    int64_t few = node_out(g, n, 0)->shape.dims[1];

    return ops_couple_blocks(c, g, n, n->outputs[0], n->inputs[0],
                             is_crd(n) ? b * b : 1, is_crd(n) ? 1 : few, err);
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

const struct op op_depth_to_space = {
    .name = "DepthToSpace",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .lower = lower,
    .host = host,
};

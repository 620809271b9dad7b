#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/move.h"
#include "ops/ties.h"

/* The same elements under a shape that is input 1 (an attribute before
 * opset 5): 0 copies the input's size unless allowzero, -1 is what is
 * left. */

static int resolve(struct shape *out, const struct shape *x,
                   const struct ints *sizes, const struct node *n,
                   struct prune_error *err)
{
    int allow_zero = node_int(n, "allowzero", 0) != 0;
    int64_t known = 1, total = shape_numel(x);
    int open = -1;

    if (sizes->n > MAX_RANK)
        return ops_bad(n, err, "a shape of %lld axes; at most %d can be "
                       "handled", (long long)sizes->n, MAX_RANK);
    out->rank = (int)sizes->n;
    for (int k = 0; k < out->rank; k++) {
        int64_t size = sizes->at[k];
        if (size == 0 && !allow_zero && k < x->rank)
            size = x->dims[k];
        if (size < -1 || (size == -1 && open >= 0))
            return ops_bad(n, err, "a shape with %s",
                           size == -1 ? "two open sizes" : "a negative size");
        if (size == -1)
            open = k;
        else
            known = ops_times(known, size);
        out->dims[k] = size;
    }
    if (open >= 0 && known > 0 && total % known == 0)
        out->dims[open] = total / known;
    else if (open >= 0 || known != total)
        return ops_bad(n, err, "%lld elements do not fit its shape",
                       (long long)total);
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    struct shape out = {.rank = 0};
    struct ints sizes;
    int e;

    if (ops_open_list(g, n, "shape", 1))
        return ops_out_late(g, n);
    e = ops_list(g, n, "shape", 1, &sizes, err);
    if (e == 0)
        return ops_bad(n, err, "it has no shape to give");
    if (e > 0)
        e = resolve(&out, &x->shape, &sizes, n, err);
    return e ? e : ops_out(g, n, 0, &out, x->dtype, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    if (node_in(g, n, 1))
        couple_plain_all(c, n->inputs[1]);
    return ops_couple_regroup(c, g, n, err);
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    int allow_zero = node_int(&c->g->nodes[node], "allowzero", 0) != 0;

    return ops_mend_sizes(c, node, 1, allow_zero ? -1 : 0, err);
}

static int reshape(struct shape *out, const struct host_call *c,
                   const struct shape *x, struct prune_error *err)
{
    struct ints sizes;
    int e = ops_host_list(c, "shape", 1, &sizes, err);

    return e < 0 ? e : resolve(out, x, &sizes, c->node, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    return ops_host_reshape(c, reshape, err);
}

const struct op op_reshape = {
    .name = "Reshape",
    .domain = "",
    .since = 5,
    .min_inputs = 2,
    .max_inputs = 2,
    .traits = OP_PASS,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = ops_lower_view,
    .host = host,
};

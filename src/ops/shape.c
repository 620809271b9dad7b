#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

/* The sizes of input 0, from axis `start` to before `end` (opset 15). It is
 * known as soon as shapes are. */
static void sizes_of(struct ints *out, const struct node *n,
                     const struct shape *x)
{
    int64_t start = node_int(n, "start", 0);
    int64_t end = node_int(n, "end", x->rank);

    out->n = 0;
    start = start < 0 ? start + x->rank : start;
    end = end < 0 ? end + x->rank : end;
    for (int64_t k = start < 0 ? 0 : start; k < end && k < x->rank; k++)
        out->at[out->n++] = x->dims[k];
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = {.rank = 1};
    struct ints sizes;
    int e;

    sizes_of(&sizes, n, &node_in(g, n, 0)->shape);
    out.dims[0] = sizes.n;
    e = ops_out(g, n, 0, &out, DTYPE_I64, err);
    return e ? e : ops_set_ints(g, n, &sizes, err);
}

/* Reading sizes ties nothing: they are found anew after a cut. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    (void)err;
    if (node_out(g, n, 0))
        couple_plain_all(c, n->outputs[0]);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct shape shape = {.rank = 1};
    struct ints sizes;
    struct tensor *out;
    int e;

    if (!x)
        return PRUNE_E_INPUT;
    sizes_of(&sizes, c->node, &x->shape);
    shape.dims[0] = sizes.n;
    e = host_out(c, 0, DTYPE_I64, &shape, &out, err);
    for (int64_t i = 0; !e && i < sizes.n; i++)
        ((int64_t *)out->data)[i] = sizes.at[i];
    return e;
}

const struct op op_shape = {
    .name = "Shape",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .host = host,
};

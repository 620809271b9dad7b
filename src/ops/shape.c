#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/ties.h"

/* The sizes of input 0, from axis `start` to before `end` (opset 15). It is
 * known as soon as shapes are, and never runs. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    int64_t start = node_int(n, "start", 0);
    int64_t end = node_int(n, "end", x->rank);
    struct ints sizes = {0};
    struct shape out = {.rank = 1};
    int e;

    start = start < 0 ? start + x->rank : start;
    end = end < 0 ? end + x->rank : end;
    for (int64_t k = start < 0 ? 0 : start; k < end && k < x->rank; k++)
        sizes.at[sizes.n++] = x->dims[k];
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

const struct op op_shape = {
    .name = "Shape",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
};

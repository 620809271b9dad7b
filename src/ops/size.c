#include "graph/couple.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ints.h"

/* How many elements the input has. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape scalar = {.rank = 0};
    int e = ops_out(g, n, 0, &scalar, DTYPE_I64, err);
    struct ints one = {.n = 1};

    one.at[0] = shape_numel(&node_in(g, n, 0)->shape);
    return e ? e : ops_set_ints(g, n, &one, err);
}

/* Reading sizes ties nothing: they are found anew after a cut. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    (void)g;
    (void)err;
    couple_plain_all(c, n->outputs[0]);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct shape scalar = {.rank = 0};
    struct tensor *y;

    if (!x)
        return PRUNE_E_INPUT;
    int e = host_out(c, 0, DTYPE_I64, &scalar, &y, err);
    if (!e)
        *(int64_t *)y->data = tensor_numel(x);
    return e;
}

const struct op op_size = {
    .name = "Size",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .couple = couple,
    .host = host,
};

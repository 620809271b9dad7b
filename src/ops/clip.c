#include <float.h>
#include <string.h>

#include "graph/convert.h"
#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* max(min, min(max, x)). The bounds are attributes before opset 11 and
 * optional scalar inputs since; couple_through leaves those alone. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    float low = node_float(n, "min", -FLT_MAX);
    float high = node_float(n, "max", FLT_MAX);

    if (ops_scalar(g, n, 1, low, &low) || ops_scalar(g, n, 2, high, &high))
        return lower_refuse(n, err, "its bounds are computed from the data");
    return ops_lower_eltwise(l, n, ELT_CLIP, low, high, err);
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i))
            couple_plain_all(c, n->inputs[i]);
    return ops_couple_pass(c, g, n, err);
}

static double real_max(double a, double b)
{
    return a < b ? b : a;
}

static double real_min(double a, double b)
{
    return a > b ? b : a;
}

static int64_t whole_max(int64_t a, int64_t b, enum dtype t)
{
    return ops_less(a, b, t) ? b : a;
}

static int64_t whole_min(int64_t a, int64_t b, enum dtype t)
{
    return ops_less(b, a, t) ? b : a;
}

static double bounded(double x, const double *p)
{
    return real_min(real_max(x, p[0]), p[1]);
}

/* x cut by input `bound`, when that is there. */
static int cut(const struct host_call *c, struct tensor *y,
               const struct tensor *x, int bound, const struct ops_fold *f,
               struct prune_error *err)
{
    const struct tensor *b = host_in(c, bound);

    if (!b)
        return 0;
    if (b->dtype != x->dtype || tensor_numel(b) != 1)
        return host_bad(c, err, "input %d is no scalar of %s", bound,
                        dtype_name(x->dtype));
    struct tensor scalar = *b; /* a list of one is taken for one */
    scalar.shape = (struct shape){.rank = 0};
    ops_fold(y, y, &scalar, f);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const double p[] = {
        (double)node_float(c->node, "min", -FLT_MAX),
        (double)node_float(c->node, "max", FLT_MAX)};
    const struct ops_fold low = {real_max, whole_max, 0};
    const struct ops_fold high = {real_min, whole_min, 0};
    struct tensor *y;
    int e;

    if (c->graph->opset < 11)
        return ops_host_map(c, &(struct ops_map){bounded, NULL, 0}, p, err);
    if (!x)
        return PRUNE_E_INPUT;
    if (!convert_can(x->dtype))
        return host_refuse(c, err, "%s has no bounds", dtype_name(x->dtype));
    e = host_out(c, 0, x->dtype, &x->shape, &y, err);
    if (e)
        return e;
    if (x->size)
        memcpy(y->data, x->data, x->size);
    e = cut(c, y, x, 1, &low, err);
    return e ? e : cut(c, y, x, 2, &high, err);
}

const struct op op_clip = {
    .name = "Clip",
    .domain = "",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 3,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = couple,
    .lower = lower,
    .host = host,
};

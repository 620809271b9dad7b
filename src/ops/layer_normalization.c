#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/normal.h"
#include "ops/ties.h"

/* x [outer..., inner...], scale and bias broadcast to [inner...]:
 * y = (x - mean) / sqrt(variance + epsilon) * scale + bias over the axes
 * from `axis` on; outputs y, mean and 1 / sqrt(…) [outer..., 1...]. */

static enum dtype stash(const struct node *n)
{
    int64_t type = node_int(n, "stash_type", DTYPE_F32);
    return type == DTYPE_BF16 || type == DTYPE_F16 || type == DTYPE_F64
               ? (enum dtype)type
               : DTYPE_F32;
}

static struct shape moments_shape(const struct shape *x, int axis)
{
    struct shape s = *x;
    for (int k = axis; k < s.rank; k++)
        s.dims[k] = 1;
    return s;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, 0);
    int axis = 0;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);
    if (e)
        return e;
    struct shape s = moments_shape(&x->shape, axis);
    (void)((e = ops_infer_same(g, n, err)) ||
           (e = ops_out(g, n, 1, &s, stash(n), err)) ||
           (e = ops_out(g, n, 2, &s, stash(n), err)));
    return e;
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    const char *reason = "normalises the channels together";
    int axis = 0;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);
    if (!e)
        e = couple_through(c, g, n, err);
    for (int k = axis; !e && k < node_in(g, n, 0)->shape.rank; k++)
        e = ops_freeze_live(c, g, n, k, reason, err);
    for (int i = 1; !e && i < n->n_inputs; i++)
        if (node_in(g, n, i))
            e = couple_freeze_all(c, n->inputs[i], n, reason, err);
    for (int i = 1; !e && i < n->n_outputs; i++)
        if (node_out(g, n, i))
            e = couple_freeze_all(c, n->outputs[i], n, reason, err);
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    (void)g;
    (void)n;
    out->learned = 1u << 1 | 1u << 2;
}

struct rows {
    int64_t n_rows, n;
    double *row, *scale, *bias; /* of n each, one piece of memory */
    struct tensor *y, *mean, *inverse;
};

static void run(const struct rows *r, const struct tensor *x, double epsilon)
{
    for (int64_t i = 0; i < r->n_rows; i++) {
        convert_to_f64(r->row, x, i * r->n, r->n);
        struct moments m = ops_normalise(r->row, r->n, epsilon);
        for (int64_t k = 0; k < r->n; k++)
            r->row[k] = r->row[k] * r->scale[k] + r->bias[k];
        convert_from_f64(r->y, i * r->n, r->n, r->row);
        if (r->mean)
            convert_from_f64(r->mean, i, 1, &m.mean);
        if (r->inverse)
            convert_from_f64(r->inverse, i, 1, &m.inverse);
    }
}

static int outputs(struct rows *r, struct host_call *c,
                   const struct tensor *x, int axis, struct prune_error *err)
{
    struct shape s = moments_shape(&x->shape, axis);
    int e = host_out(c, 0, x->dtype, &x->shape, &r->y, err);
    if (!e && host_wants(c, 1))
        e = host_out(c, 1, stash(c->node), &s, &r->mean, err);
    if (!e && host_wants(c, 2))
        e = host_out(c, 2, stash(c->node), &s, &r->inverse, err);
    return e;
}

static int parameters(struct rows *r, const struct host_call *c,
                      const struct tensor *x, int axis,
                      struct prune_error *err)
{
    const int64_t *dims = x->shape.dims + axis;
    int rank = x->shape.rank - axis;
    const struct tensor *scale = host_need(c, 1, err), *bias = host_in(c, 2);
    int e = scale ? ops_need_float(c, scale, err) : PRUNE_E_INPUT;
    if (!e)
        e = ops_spread(r->scale, scale, dims, rank, c, err);
    if (!e && bias)
        e = ops_need_float(c, bias, err);
    if (!e && bias)
        e = ops_spread(r->bias, bias, dims, rank, c, err);
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct rows r = {0};
    int axis = 0, e = x ? ops_need_float(c, x, err) : PRUNE_E_INPUT;
    if (!e)
        e = ops_host_axis(c, &x->shape, -1, &axis, err);
    if (e)
        return e;
    r.n_rows = shape_span(&x->shape, 0, axis);
    r.n = shape_span(&x->shape, axis, x->shape.rank);
    r.row = mem_calloc((size_t)r.n, 3 * sizeof *r.row);
    if (!r.row)
        return err_memory(err, "a normalisation");
    r.scale = r.row + r.n;
    r.bias = r.scale + r.n;
    e = outputs(&r, c, x, axis, err);
    if (!e)
        e = parameters(&r, c, x, axis, err);
    if (!e)
        run(&r, x, (double)node_float(c->node, "epsilon", 1e-5F));
    mem_free(r.row);
    return e;
}

/* The first output alone, with scale and bias of one number for each place
 * of a row. */
static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    struct prim p = {.kind = &prim_layernorm};
    int axis = 0;
    int e = ops_axis(g, n, node_int(n, "axis", -1), &axis, err);
    if (e)
        return e;
    if (node_out(g, n, 1) || node_out(g, n, 2))
        return lower_refuse(n, err, "its mean or deviation is asked for");
    for (int i = 1; i < n->n_inputs; i++)
        if (node_in(g, n, i) && shape_numel(&node_in(g, n, i)->shape) !=
                                    shape_span(x, axis, x->rank))
            return lower_refuse(n, err, "its scale or bias is broadcast");
    p.layernorm.axis = axis;
    p.layernorm.epsilon = node_float(n, "epsilon", 1e-5F);
    return lower_simple(l, n, p, n->n_inputs, err);
}

const struct op op_layer_normalization = {
    .name = "LayerNormalization",
    .domain = "",
    .since = 1, /* 17; models of ONNX Runtime have it before */
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
    .host = host,
};

#include "base/alloc.h"
#include "engine/nd.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"
#include "ops/wholes.h"

/* out [M,N] = alpha a' b' + beta c, where a' is a or its transpose and c
 * broadcasts to the output. */

/* The axis of input i (0: a, 1: b) that holds its rows (a: M; b: K). */
static int row_axis(const struct node *n, int i)
{
    return node_int(n, i ? "transB" : "transA", 0) ? 1 : 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *a = &node_in(g, n, 0)->shape;
    const struct shape *b = &node_in(g, n, 1)->shape;
    int ra = row_axis(n, 0), rb = row_axis(n, 1);
    struct shape out = {.rank = 2}, sum;
    char one[96], two[96];

    if (a->rank != 2 || b->rank != 2 || a->dims[1 - ra] != b->dims[rb])
        return ops_bad(n, err, "%s cannot be multiplied by %s%s",
                       shape_text(a, one), shape_text(b, two),
                       ra || rb ? " (transposed as told)" : "");
    out.dims[0] = a->dims[ra];
    out.dims[1] = b->dims[1 - rb];
    if (node_in(g, n, 2) &&
        (shape_broadcast(&sum, &out, &node_in(g, n, 2)->shape, NULL) ||
         !shape_equal(&sum, &out)))
        return ops_bad(n, err, "a bias of %s does not fit an output of %s",
                       shape_text(&node_in(g, n, 2)->shape, one),
                       shape_text(&out, two));
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

/* The bias may be [N], [1,N], [M,1], [M,N] or a scalar. */
static int couple_bias(struct coupling *c, const struct graph *g,
                       const struct node *n, struct prune_error *err)
{
    const struct value *v = node_in(g, n, 2);
    int e = 0;

    if (!v || v->shape.rank == 0)
        return 0;
    if (v->shape.rank == 2)
        couple_plain(c, n->inputs[2], 0);
    if (v->shape.dims[v->shape.rank - 1] ==
        node_out(g, n, 0)->shape.dims[1]) {
        int axis = v->shape.rank - 1;
        e = couple_same(c, n->outputs[0], 1, n->inputs[2], axis, err);
        if (!e)
            e = ops_role(c, n, 2, axis, ROLE_SIDE, err);
    }
    return e;
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int a = n->inputs[0], b = n->inputs[1], out = n->outputs[0];
    int ra = row_axis(n, 0), rb = row_axis(n, 1);
    int e;

    couple_plain(c, a, ra);
    couple_plain(c, out, 0);
    (void)((e = couple_same(c, a, 1 - ra, b, rb, err)) ||
           (e = couple_same(c, b, 1 - rb, out, 1, err)) ||
           (e = ops_role(c, n, 1, rb, ROLE_IN, err)) ||
           (e = ops_role(c, n, 1, 1 - rb, ROLE_OUT, err)) ||
           (e = couple_bias(c, g, n, err)));
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    out->macs = ops_macs(&node_out(g, n, 0)->shape,
                         node_in(g, n, 0)->shape.dims[1 - row_axis(n, 0)]);
    out->weights = 1u << 1;
    out->learned = 1u << 1 | 1u << 2;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_matmul};

    (void)g;
    p.matmul.trans_a = row_axis(n, 0);
    p.matmul.trans_b = row_axis(n, 1);
    p.matmul.alpha = node_float(n, "alpha", 1);
    p.matmul.beta = node_float(n, "beta", 1);
    return lower_simple(l, n, p, 3, err);
}

/* --- integers ---------------------------------------------------------- */

/* sums = alpha sums + beta bias; wraps around. */
static void add_bias(uint64_t *sums, const struct shape *s,
                     const struct tensor *bias, uint64_t alpha,
                     uint64_t beta)
{
    int64_t strides[MAX_RANK] = {0}, index[MAX_RANK] = {0};

    if (shape_numel(s) == 0)
        return;
    if (bias)
        nd_broadcast_strides(&bias->shape, s, strides);
    do {
        int64_t x = 0;
        if (bias)
            convert_to_i64(&x, bias, nd_at(index, strides, s->rank), 1);
        *sums = alpha * *sums + beta * (uint64_t)x;
        sums++;
    } while (nd_next(index, s->dims, s->rank));
}

static int find_shape(struct host_call *c, struct shape *out,
                      struct prune_error *err)
{
    const struct shape *a = &host_in(c, 0)->shape, *b = &host_in(c, 1)->shape;
    int ra = row_axis(c->node, 0), rb = row_axis(c->node, 1);
    const struct tensor *bias = host_in(c, 2);
    struct shape sum;

    if (a->rank != 2 || b->rank != 2 || a->dims[1 - ra] != b->dims[rb])
        return host_bad(c, err, "its factors do not fit");
    *out = (struct shape){.rank = 2, .dims = {a->dims[ra], b->dims[1 - rb]}};
    if (bias && (bias->dtype != host_in(c, 0)->dtype ||
                 shape_broadcast(&sum, out, &bias->shape, NULL) ||
                 !shape_equal(&sum, out)))
        return host_bad(c, err, "its bias does not fit");
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    float alpha = node_float(c->node, "alpha", 1);
    float beta = node_float(c->node, "beta", 1);
    struct tensor *y;
    struct shape out;
    int64_t *sums;
    int e = ops_need_whole(c, err);

    if (e)
        return e;
    if (!(alpha >= -1e6F && alpha <= 1e6F && beta >= -1e6F &&
          beta <= 1e6F) ||
        (float)(int)alpha != alpha || (float)(int)beta != beta)
        return host_refuse(c, err, "integers times a fraction");
    e = find_shape(c, &out, err);
    if (!e)
        e = host_out(c, 0, host_in(c, 0)->dtype, &out, &y, err);
    if (e)
        return e;
    sums = mem_calloc((size_t)tensor_numel(y), sizeof *sums);
    e = sums ? ops_whole_product(sums, &out, host_in(c, 0),
                                 &host_in(c, 0)->shape, row_axis(c->node, 0),
                                 host_in(c, 1), &host_in(c, 1)->shape,
                                 row_axis(c->node, 1), err)
             : err_memory(err, "a product");
    if (!e) {
        add_bias((uint64_t *)sums, &out, host_in(c, 2),
                 (uint64_t)(int64_t)alpha, (uint64_t)(int64_t)beta);
        convert_from_i64(y, 0, tensor_numel(y), sums);
    }
    mem_free(sums);
    return e;
}

const struct op op_gemm = {
    .name = "Gemm",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 3,
    .traits = OP_LINEAR | OP_DENSE,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
    .host = host,
};

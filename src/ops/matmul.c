#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"
#include "ops/wholes.h"

/* numpy's matmul: a [...,M,K] times b [...,K,N], leading axes broadcast; a
 * vector on the left is one row, on the right one column, and that axis is
 * not in the output. */

struct product {
    struct shape a, b, out; /* with the vectors' missing axes put in */
    int vector_a, vector_b;
};

/* Nonzero when the shapes do not fit. */
static int fit(struct product *p, struct shape a, struct shape b)
{
    p->vector_a = a.rank == 1;
    p->vector_b = b.rank == 1;
    if (p->vector_a)
        a = (struct shape){.rank = 2, .dims = {1, a.dims[0]}};
    if (p->vector_b)
        b = (struct shape){.rank = 2, .dims = {b.dims[0], 1}};
    p->a = a;
    p->b = b;
    if (a.rank >= 2 && b.rank >= 2 &&
        a.dims[a.rank - 1] == b.dims[b.rank - 2]) {
        int64_t rows = a.dims[a.rank - 2], cols = b.dims[b.rank - 1];
        a.rank -= 2;
        b.rank -= 2;
        if (shape_broadcast(&p->out, &a, &b, NULL) == 0) {
            p->out.dims[p->out.rank++] = rows;
            p->out.dims[p->out.rank++] = cols;
            return 0;
        }
    }
    return -1;
}

static int sizes(struct product *p, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    char one[96], two[96];

    if (fit(p, node_in(g, n, 0)->shape, node_in(g, n, 1)->shape) == 0)
        return 0;
    return ops_bad(n, err, "%s cannot be multiplied by %s",
                   shape_text(&node_in(g, n, 0)->shape, one),
                   shape_text(&node_in(g, n, 1)->shape, two));
}

/* The output's shape, without the vectors' axes. */
static struct shape narrow(const struct product *p)
{
    struct shape out = p->out;

    if (p->vector_b)
        out.rank--;
    if (p->vector_a) {
        if (!p->vector_b)
            out.dims[out.rank - 2] = out.dims[out.rank - 1];
        out.rank--;
    }
    return out;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct product p;
    int e = sizes(&p, g, n, err);
    struct shape out;

    if (e)
        return e;
    out = narrow(&p);
    return ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
}

/* Ties the leading axes of an input, right-aligned, to the output's; those
 * that are broadcast are left alone. A vector's side of the product leaves
 * no axis in the output. */
static int couple_leading(struct coupling *c, const struct graph *g,
                          const struct node *n, int i,
                          struct prune_error *err)
{
    const struct shape *in = &node_in(g, n, i)->shape;
    const struct shape *out = &node_out(g, n, 0)->shape;
    int vectors = (node_in(g, n, 0)->shape.rank == 1) +
                  (node_in(g, n, 1)->shape.rank == 1);
    int e = 0;

    for (int k = 0; !e && k < in->rank - 2; k++) {
        int to = out->rank + vectors - in->rank + k;
        if (in->dims[k] == out->dims[to])
            e = (i ? couple_same : ops_tie)(c, n->inputs[i], k,
                                            n->outputs[0], to, err);
    }
    return e;
}

static int is_constant(const struct graph *g, const struct node *n, int i)
{
    return value_constant_home(g, n->inputs[i]) != NO_VALUE;
}

/* Rows of the activation are samples or places, never channels, where the
 * other side is a matrix of weights. */
static void plain_rows(struct coupling *c, const struct graph *g,
                       const struct node *n)
{
    int ra = node_in(g, n, 0)->shape.rank, rb = node_in(g, n, 1)->shape.rank;
    int out = n->outputs[0], ro = node_out(g, n, 0)->shape.rank;

    if (is_constant(g, n, 1) && !is_constant(g, n, 0)) {
        couple_plain(c, n->inputs[0], 0);
        couple_plain(c, out, 0);
    } else if (is_constant(g, n, 0) && !is_constant(g, n, 1) && rb == 2 &&
               ra == 2) {
        couple_plain(c, n->inputs[1], rb - 1);
        couple_plain(c, out, ro - 1);
    }
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int a = n->inputs[0], b = n->inputs[1], out = n->outputs[0];
    int ra = node_in(g, n, 0)->shape.rank, rb = node_in(g, n, 1)->shape.rank;
    int ro = node_out(g, n, 0)->shape.rank;
    int inner_b = rb == 1 ? 0 : rb - 2;
    int e = 0;

    if (ra > 1)
        plain_rows(c, g, n);
    (void)((e = couple_same(c, a, ra - 1, b, inner_b, err)) ||
           (e = couple_leading(c, g, n, 0, err)) ||
           (e = couple_leading(c, g, n, 1, err)));
    if (!e && ra > 1)
        e = ops_tie(c, a, ra - 2, out, rb > 1 ? ro - 2 : ro - 1, err);
    if (!e && rb > 1)
        e = ops_tie(c, b, rb - 1, out, ro - 1, err);
    if (!e && is_constant(g, n, 1)) {
        e = ops_role(c, n, 1, inner_b, ROLE_IN, err);
        if (!e && rb > 1)
            e = ops_role(c, n, 1, rb - 1, ROLE_OUT, err);
    } else if (!e && is_constant(g, n, 0)) {
        e = ops_role(c, n, 0, ra - 1, ROLE_IN, err);
        if (!e && ra > 1)
            e = ops_role(c, n, 0, ra - 2, ROLE_OUT, err);
    }
    return e;
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    const struct shape *a = &node_in(g, n, 0)->shape;

    out->macs = ops_macs(&node_out(g, n, 0)->shape,
                         a->rank > 0 ? a->dims[a->rank - 1] : 0);
    out->weights = is_constant(g, n, 1) ? 1u << 1 : 1u << 0;
    out->learned = out->weights;
}

/* A vector gets its missing axis by a view, and so does the output. */
static int widen(struct lowering *l, const struct node *n, int slot,
                 int vector, const struct shape *shape,
                 struct prune_error *err)
{
    struct prim view = {.kind = &prim_view};
    int wide, e;

    if (!vector || slot < 0)
        return slot;
    wide = lower_temp(l, shape, err);
    if (wide < 0)
        return wide;
    e = lower_add(l, n, view, &slot, 1, wide, err);
    return e ? e : wide;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_matmul, .matmul = {0, 0, 1, 0}};
    struct product m;
    int in[2], out, wide;
    int e = sizes(&m, g, n, err);

    if (e)
        return e;
    in[0] = widen(l, n, lower_in(l, n, 0), m.vector_a, &m.a, err);
    in[1] = widen(l, n, lower_in(l, n, 1), m.vector_b, &m.b, err);
    out = wide = lower_out(l, n, 0);
    if (m.vector_a || m.vector_b)
        wide = lower_temp(l, &m.out, err);
    if (in[0] < 0 || in[1] < 0 || wide < 0)
        return in[0] < 0 ? in[0] : in[1] < 0 ? in[1] : wide;
    e = lower_add(l, n, p, in, 2, wide, err);
    if (!e && wide != out)
        e = lower_add(l, n, (struct prim){.kind = &prim_view}, &wide, 1, out,
                      err);
    return e;
}

/* Integers. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *a = host_in(c, 0), *b = host_in(c, 1);
    struct tensor *y;
    struct product p;
    struct shape out;
    int64_t *sums;
    int e = ops_need_whole(c, err);

    if (e)
        return e;
    if (fit(&p, a->shape, b->shape))
        return host_bad(c, err, "its factors do not fit");
    out = narrow(&p);
    e = host_out(c, 0, a->dtype, &out, &y, err);
    if (e)
        return e;
    sums = mem_calloc((size_t)tensor_numel(y), sizeof *sums);
    e = sums ? ops_whole_product(sums, &p.out, a, &p.a, 0, b, &p.b, 0, err)
             : err_memory(err, "a product");
    if (!e)
        convert_from_i64(y, 0, tensor_numel(y), sums);
    mem_free(sums);
    return e;
}

const struct op op_matmul = {
    .name = "MatMul",
    .domain = "",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 2,
    .traits = OP_LINEAR | OP_DENSE,
    .infer = infer,
    .couple = couple,
    .cost = cost,
    .lower = lower,
    .host = host,
};

#include "engine/nd.h"
#include "engine/prim.h"

enum { TILE = 64 };

/* How a [rows, columns] matrix lies in memory. */
struct view {
    int64_t rows, columns, row_step, column_step;
};

static struct view view_of(const struct shape *s, int transposed)
{
    int64_t rows = s->dims[s->rank - 2], columns = s->dims[s->rank - 1];
    if (transposed)
        return (struct view){columns, rows, 1, columns};
    return (struct view){rows, columns, columns, 1};
}

/* The batch axes: the shape without its last two. */
static struct shape batch_of(const struct shape *s)
{
    struct shape b = *s;
    b.rank -= 2;
    return b;
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *a = &slots[p->in[0]].shape;
    const struct shape *b = &slots[p->in[1]].shape;
    const struct shape *o = &slots[p->out].shape;
    if (a->rank < 2 || b->rank < 2 || o->rank < 2)
        return "a factor or the product has fewer than two axes";
    struct view va = view_of(a, p->matmul.trans_a);
    struct view vb = view_of(b, p->matmul.trans_b);
    struct view vo = view_of(o, 0);
    if (va.columns != vb.rows)
        return "the inner sizes of the factors differ";
    if (vo.rows != va.rows || vo.columns != vb.columns)
        return "the product's sizes do not fit the factors";
    struct shape ba = batch_of(a), bb = batch_of(b), bo = batch_of(o), both;
    if (shape_broadcast(&both, &ba, &bb, NULL) != 0 ||
        !shape_equal(&both, &bo))
        return "the batch axes do not fit";
    if (p->n_in == 3 && p->in[2] >= 0 &&
        (shape_broadcast(&both, &slots[p->in[2]].shape, o, NULL) != 0 ||
         !shape_equal(&both, o)))
        return "the bias does not fit the product";
    return NULL;
}

/* One row of the product: out [n] = alpha * a [k] b [k, n]. */
static void row(float *out, const float *a, int64_t a_step, const float *b,
                const struct view *vb, double alpha)
{
    double acc[TILE];
    for (int64_t from = 0; from < vb->columns; from += TILE) {
        int64_t n = vb->columns - from < TILE ? vb->columns - from : TILE;
        for (int64_t j = 0; j < n; j++)
            acc[j] = 0.0;
        for (int64_t k = 0; k < vb->rows; k++) {
            const float *line = b + k * vb->row_step + from * vb->column_step;
            double factor = (double)a[k * a_step];
            for (int64_t j = 0; j < n; j++)
                acc[j] += factor * (double)line[j * vb->column_step];
        }
        for (int64_t j = 0; j < n; j++)
            out[from + j] = (float)(alpha * acc[j]);
    }
}

/* out += beta * bias, broadcast */
static void add_bias(float *out, const struct shape *o, const float *bias,
                     const struct shape *s, float beta)
{
    int64_t strides[MAX_RANK] = {0}, index[MAX_RANK] = {0};
    if (shape_numel(o) == 0)
        return;
    nd_broadcast_strides(s, o, strides);
    do
        *out++ += beta * bias[nd_at(index, strides, o->rank)];
    while (nd_next(index, o->dims, o->rank));
}

/* a [..., M, K], b [..., K, N]; out [..., M, N] = alpha a b + beta bias */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *o = &slots[p->out].shape;
    const struct shape *sa = &slots[p->in[0]].shape;
    const struct shape *sb = &slots[p->in[1]].shape;
    struct view va = view_of(sa, p->matmul.trans_a);
    struct view vb = view_of(sb, p->matmul.trans_b);
    struct shape batch = batch_of(o), ba = batch_of(sa), bb = batch_of(sb);
    int64_t step_a[MAX_RANK] = {0}, step_b[MAX_RANK] = {0};
    int64_t index[MAX_RANK] = {0};
    nd_broadcast_strides(&ba, &batch, step_a);
    nd_broadcast_strides(&bb, &batch, step_b);
    if (shape_numel(o) == 0)
        return;
    float *to = out;
    do {
        const float *a = in[0] + nd_at(index, step_a, batch.rank) * va.rows *
                                     va.columns;
        const float *b = in[1] + nd_at(index, step_b, batch.rank) * vb.rows *
                                     vb.columns;
        for (int64_t m = 0; m < va.rows; m++, to += vb.columns)
            row(to, a + m * va.row_step, va.column_step, b, &vb,
                (double)p->matmul.alpha);
    } while (nd_next(index, batch.dims, batch.rank));
    if (p->n_in > 2 && in[2] != NULL)
        add_bias(out, o, in[2], &slots[p->in[2]].shape, p->matmul.beta);
}

const struct prim_kind prim_matmul = {
    .name = "matmul",
    .min_in = 2,
    .max_in = 3,
    .check = check,
    .run = run,
};

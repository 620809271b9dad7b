#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/contrib.h"
#include "ops/heads.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/normal.h"

/* x [B,S,D], weights [D,Q+K+V] and bias [Q+K+V] of queries, keys and
 * values, optional mask, past [2,B,H,P,width] and attention_bias; y [B,S,V]
 * and present [2,B,H,P+S,width]. */

enum { X, WEIGHTS, BIAS, MASK, PAST, ADDED, PAST_LENGTH };

struct sizes {
    int64_t batch, rows, depth, heads, past;
    int64_t part[3]; /* Q, K, V over all heads */
};

static const char *find_sizes(struct sizes *s, const struct node *n,
                              const struct shape *x, const struct shape *w,
                              const struct shape *past)
{
    int64_t told[3] = {0};

    if (x->rank != 3 || w->rank != 2 || w->dims[0] != x->dims[2])
        return "its input and weights do not fit";
    *s = (struct sizes){.batch = x->dims[0], .rows = x->dims[1],
                        .depth = x->dims[2]};
    s->heads = node_int(n, "num_heads", 0);
    for (int i = 0; i < 3; i++)
        s->part[i] = w->dims[1] / 3;
    if (node_ints(n, "qkv_hidden_sizes", told, 3) == 3)
        for (int i = 0; i < 3; i++)
            s->part[i] = told[i];
    if (s->heads < 1 || s->part[0] < 1 || s->part[2] < 1 ||
        s->part[0] != s->part[1] || s->part[0] > w->dims[1] ||
        s->part[2] > w->dims[1] ||
        2 * s->part[0] + s->part[2] != w->dims[1] ||
        s->part[0] % s->heads || s->part[2] % s->heads)
        return "its weights do not divide into heads";
    if (!past)
        return NULL;
    if (past->rank != 5 || past->dims[0] != 2 || past->dims[1] != s->batch ||
        past->dims[2] != s->heads || s->part[0] != s->part[2] ||
        past->dims[4] != s->part[0] / s->heads)
        return "its past does not fit";
    s->past = past->dims[3];
    return NULL;
}

static struct shape present_shape(const struct sizes *s)
{
    return (struct shape){.rank = 5,
                          .dims = {2, s->batch, s->heads, s->past + s->rows,
                                   s->part[0] / s->heads}};
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *x = node_in(g, n, X), *past = node_in(g, n, PAST);
    struct shape out = x->shape, present;
    struct sizes s;
    const char *wrong = find_sizes(&s, n, &x->shape,
                                   &node_in(g, n, WEIGHTS)->shape,
                                   past ? &past->shape : NULL);
    int e;

    if (wrong)
        return ops_bad(n, err, "%s", wrong);
    out.dims[2] = s.part[2];
    present = present_shape(&s);
    e = ops_out(g, n, 0, &out, x->dtype, err);
    return e ? e : ops_out(g, n, 1, &present, x->dtype, err);
}

static void cost(const struct graph *g, const struct node *n,
                 struct cost *out)
{
    const struct shape *w = &node_in(g, n, WEIGHTS)->shape;
    const struct shape *x = &node_in(g, n, X)->shape;

    out->weights = 1u << WEIGHTS;
    out->learned = 1u << WEIGHTS | 1u << BIAS;
    if (w->rank == 2 && x->rank == 3)
        out->macs = ops_macs(x, w->dims[1]);
}

/* --- in primitives ----------------------------------------------------- */

/* A constant [rows, rows] that hides what comes later. */
static int causal_mask(struct lowering *l, int64_t rows,
                       struct prune_error *err)
{
    struct tensor *t = NULL;
    int e = tensor_new(&t, DTYPE_F32,
                       &(struct shape){.rank = 2, .dims = {rows, rows}},
                       err);

    if (e)
        return e;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = i + 1; k < rows; k++)
            tensor_f32(t)[i * rows + k] = -INFINITY;
    return lower_constant(l, t, err);
}

static struct prim attention(const struct sizes *s, const struct node *n)
{
    int64_t row = 2 * s->part[0] + s->part[2];
    int64_t width = s->part[0] / s->heads, wide = s->part[2] / s->heads;
    float scale = node_float(n, "scale", 0);
    struct prim p = {.kind = &prim_attention};

    p.attention = (struct prim_attention){
        .alpha = scale > 0 ? scale : 1.0F / sqrtf((float)width),
        .merged = 1,
        .batch = s->batch,
        .heads = s->heads,
        .rows = s->rows,
        .columns = s->rows,
        .width = width,
        .value_width = wide,
        .q = {0, {s->rows * row, width, row, 1}},
        .k = {s->part[0], {s->rows * row, width, row, 1}},
        .v = {2 * s->part[0], {s->rows * row, wide, row, 1}},
    };
    return p;
}

static const char *unplanned(const struct graph *g, const struct node *n)
{
    if (node_in(g, n, MASK))
        return "its mask is of integers";
    if (node_in(g, n, PAST) || node_in(g, n, PAST_LENGTH) ||
        ops_is_read(g, n, 1))
        return "it has a past";
    if (node_int(n, "unidirectional", 0) && node_in(g, n, ADDED))
        return "it has two masks";
    return node_int(n, "do_rotary", 0) ? "it rotates" : NULL;
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim product = {.kind = &prim_matmul, .matmul = {0, 0, 1, 1}};
    const struct shape *x = &node_in(g, n, X)->shape;
    const char *wrong = unplanned(g, n);
    int bias = lower_in(l, n, BIAS), mask = lower_in(l, n, ADDED), all, e;
    struct shape wide = *x;
    struct sizes s;

    if (wrong)
        return lower_refuse(n, err, "%s", wrong);
    wrong = find_sizes(&s, n, x, &node_in(g, n, WEIGHTS)->shape, NULL);
    if (wrong)
        return lower_refuse(n, err, "%s", wrong);
    wide.dims[2] = 2 * s.part[0] + s.part[2];
    all = lower_temp(l, &wide, err);
    if (all < 0)
        return all;
    e = lower_add(l, n, product,
                  (int[]){lower_in(l, n, X), lower_in(l, n, WEIGHTS), bias},
                  bias < 0 ? 2 : 3, all, err);
    if (!e && node_int(n, "unidirectional", 0)) {
        mask = causal_mask(l, s.rows, err);
        e = mask < 0 ? mask : 0;
    }
    return e ? e
             : lower_add(l, n, attention(&s, n),
                         (int[]){all, all, all, mask}, mask < 0 ? 3 : 4,
                         lower_out(l, n, 0), err);
}

/* --- of any type, with masks and a past -------------------------------- */

/* rows [n, width] = x [n, depth] w [depth, width] */
static void multiply(double *rows, const double *x, const double *w,
                     int64_t n, int64_t depth, int64_t width)
{
    for (int64_t i = 0; i < n; i++, rows += width, x += depth)
        for (int64_t k = 0; k < depth; k++)
            for (int64_t j = 0; j < width; j++)
                rows[j] += x[k] * w[k * width + j];
}

static double *doubles(const struct tensor *t)
{
    double *x = mem_calloc((size_t)tensor_numel(t), sizeof *x);

    if (x)
        convert_to_f64(x, t, 0, tensor_numel(t));
    return x;
}

/* Keys and values: the past's and this input's. */
static int project(struct host_call *c, const struct sizes *s,
                   struct heads *h, struct prune_error *err)
{
    const struct tensor *x = host_in(c, X), *w = host_in(c, WEIGHTS);
    int64_t width = w->shape.dims[1];
    double *a = doubles(x), *b = doubles(w);
    double *bias = mem_calloc((size_t)width, sizeof *bias);
    double *all = mem_calloc((size_t)(s->batch * s->rows),
                             (size_t)width * sizeof *all);
    int e = a && b && bias && all ? 0 : err_memory(err, "attention");

    if (!e)
        e = ops_vector(bias, width, c, BIAS, 0.0, err);
    if (!e) {
        multiply(all, a, b, s->batch * s->rows, s->depth, width);
        heads_split(h->q, h, h->width, h->rows, 0, s->rows, all, width,
                    bias);
        heads_split(h->k, h, h->width, h->columns, s->past, s->rows,
                    all + s->part[0], width, bias + s->part[0]);
        heads_split(h->v, h, h->value_width, h->columns, s->past, s->rows,
                    all + 2 * s->part[0], width, bias + 2 * s->part[0]);
    }
    mem_free(all);
    mem_free(bias);
    mem_free(b);
    mem_free(a);
    return e;
}

static void read_past(const struct tensor *past, const struct sizes *s,
                      struct heads *h)
{
    int64_t n = s->past * h->width;

    for (int64_t i = 0; past && i < s->batch * s->heads; i++) {
        convert_to_f64(h->k + i * h->columns * h->width, past, i * n, n);
        convert_to_f64(h->v + i * h->columns * h->width, past,
                       (s->batch * s->heads + i) * n, n);
    }
}

static int give_present(struct host_call *c, const struct sizes *s,
                        const struct heads *h, struct prune_error *err)
{
    struct shape shape = present_shape(s);
    struct tensor *out;
    int64_t half = shape_numel(&shape) / 2;
    int e;

    if (!host_wants(c, 1))
        return 0;
    if (s->part[0] != s->part[2])
        return host_refuse(c, err, "keys and values of other widths");
    e = host_out(c, 1, host_in(c, X)->dtype, &shape, &out, err);
    if (!e) {
        convert_from_f64(out, 0, half, h->k);
        convert_from_f64(out, half, half, h->v);
    }
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, X, err), *past = host_in(c, PAST);
    const struct tensor *w = x ? host_need(c, WEIGHTS, err) : NULL;
    const char *wrong;
    struct sizes s;
    struct heads h;
    int e = w ? ops_need_float(c, x, err) : PRUNE_E_INPUT;

    if (!e)
        e = ops_need_float(c, w, err);
    if (e)
        return e;
    if (host_in(c, PAST_LENGTH) || node_int(c->node, "do_rotary", 0))
        return host_refuse(c, err, "its past shares a buffer, or it rotates");
    wrong = find_sizes(&s, c->node, &x->shape, &w->shape,
                       past ? &past->shape : NULL);
    if (wrong)
        return host_bad(c, err, "%s", wrong);
    h = (struct heads){.batch = s.batch, .heads = s.heads, .rows = s.rows,
                       .past = s.past, .columns = s.past + s.rows,
                       .width = s.part[0] / s.heads,
                       .value_width = s.part[2] / s.heads,
                       .mask = host_in(c, MASK), .bias = host_in(c, ADDED)};
    h.causal = node_int(c->node, "unidirectional", 0) != 0;
    h.scale = (double)node_float(c->node, "scale", 0);
    if (h.scale <= 0)
        h.scale = 1.0 / sqrt((double)h.width);
    h.filter = (double)node_float(c->node, "mask_filter_value", -10000.0F);
    e = heads_open(&h, err);
    if (!e) {
        read_past(past, &s, &h);
        e = project(c, &s, &h, err);
    }
    if (!e)
        e = heads_run(c, &h, x->dtype, err);
    if (!e)
        e = give_present(c, &s, &h, err);
    heads_close(&h);
    return e;
}

const struct op op_ms_attention = {
    .name = "Attention",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 2,
    .max_inputs = 7,
    .infer = infer,
    .cost = cost,
    .lower = lower,
    .host = host,
};

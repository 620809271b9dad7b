#include <math.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/contrib.h"
#include "ops/heads.h"
#include "ops/infer.h"
#include "ops/normal.h"

/* query [B,S,D], key [B,L,D], value [B,L,V], optional bias [2D+V], mask of
 * integers, attention_bias, and a past [B,H,P,width] of keys and values;
 * y [B,S,V], presents [B,H,P+L,width]. */

enum { QUERY, KEY, VALUE, BIAS, MASK, ADDED, PAST_KEY, PAST_VALUE };

struct sizes {
    int64_t batch, rows, fresh, past, heads;
    int64_t part[3]; /* of queries, keys, values over all heads */
};

static const char *find_sizes(struct sizes *s, const struct node *n,
                              const struct shape *in[3],
                              const struct shape *past[2])
{
    *s = (struct sizes){.heads = node_int(n, "num_heads", 0)};
    if (s->heads < 1)
        return "it has no heads";
    for (int i = 0; i < 3; i++) {
        if (!in[i] || in[i]->rank != 3)
            return "its queries, keys and values are not [batch, rows, "
                   "width] each";
        s->part[i] = in[i]->dims[2];
        if (in[i]->dims[0] != in[0]->dims[0] || s->part[i] < 1 ||
            s->part[i] % s->heads)
            return "its inputs do not divide into heads";
    }
    s->batch = in[0]->dims[0];
    s->rows = in[0]->dims[1];
    s->fresh = in[1]->dims[1];
    if (in[2]->dims[1] != s->fresh || s->part[0] != s->part[1])
        return "its keys do not fit its queries or its values";
    for (int i = 0; i < 2; i++) {
        if (!past[i])
            continue;
        if (past[i]->rank != 4 || past[i]->dims[0] != s->batch ||
            past[i]->dims[1] != s->heads || !past[!i] ||
            past[i]->dims[2] != past[!i]->dims[2] ||
            past[i]->dims[3] != s->part[1 + i] / s->heads)
            return "its past does not fit";
        s->past = past[i]->dims[2];
    }
    return NULL;
}

static const struct shape *shape_of(const struct graph *g,
                                    const struct node *n, int i)
{
    const struct value *v = node_in(g, n, i);

    return v ? &v->shape : NULL;
}

static const char *node_sizes(struct sizes *s, const struct graph *g,
                              const struct node *n)
{
    return find_sizes(s, n,
                      (const struct shape *[]){shape_of(g, n, QUERY),
                                               shape_of(g, n, KEY),
                                               shape_of(g, n, VALUE)},
                      (const struct shape *[]){shape_of(g, n, PAST_KEY),
                                               shape_of(g, n, PAST_VALUE)});
}

static struct shape present(const struct sizes *s, int i)
{
    return (struct shape){.rank = 4,
                          .dims = {s->batch, s->heads, s->past + s->fresh,
                                   s->part[i] / s->heads}};
}

/* Packed inputs are told by their rank; nothing is said of them. */
static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct value *q = node_in(g, n, QUERY);
    struct shape out = q->shape, keys, values;
    struct sizes s;
    int e;

    if (node_sizes(&s, g, n))
        return 0;
    out.dims[2] = s.part[2];
    keys = present(&s, 1);
    values = present(&s, 2);
    (void)((e = ops_out(g, n, 0, &out, q->dtype, err)) ||
           (e = ops_out(g, n, 1, &keys, q->dtype, err)) ||
           (e = ops_out(g, n, 2, &values, q->dtype, err)));
    return e;
}

static double scale(const struct node *n, const struct sizes *s)
{
    double told = (double)node_float(n, "scale", 0);

    return told > 0 ? told
                    : 1.0 / sqrt((double)(s->part[0] / s->heads));
}

/* --- in primitives ----------------------------------------------------- */

/* Input i with its part of the bias. */
static int biased(struct lowering *l, const struct graph *g,
                  const struct node *n, const struct sizes *s, int i,
                  struct prune_error *err)
{
    struct prim slice = {.kind = &prim_slice};
    int in = lower_in(l, n, i), bias = lower_in(l, n, BIAS), part, e;

    if (bias < 0)
        return in;
    for (int k = 0; k < MAX_RANK; k++)
        slice.slice.step[k] = 1;
    for (int k = 0; k < i; k++)
        slice.slice.start[0] += s->part[k];
    part = lower_temp(l, &(struct shape){.rank = 1, .dims = {s->part[i]}},
                      err);
    if (part < 0)
        return part;
    e = lower_add(l, n, slice, &bias, 1, part, err);
    return e ? e
             : ops_temp_binary(l, n, &node_in(g, n, i)->shape, BIN_ADD, in,
                               part, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_attention};
    int in[4], e = 0;
    struct sizes s;
    const char *wrong = node_sizes(&s, g, n);

    if (!wrong && (node_in(g, n, MASK) || node_in(g, n, PAST_KEY) ||
                   n->n_inputs > PAST_VALUE + 1 || ops_is_read(g, n, 1) ||
                   ops_is_read(g, n, 2) ||
                   node_int(n, "unidirectional", 0)))
        wrong = "it has a mask or a past";
    if (!wrong && node_in(g, n, BIAS) &&
        shape_numel(&node_in(g, n, BIAS)->shape) !=
            s.part[0] + s.part[1] + s.part[2])
        wrong = "its bias does not fit";
    if (wrong)
        return lower_refuse(n, err, "%s", wrong);
    int64_t w = s.part[0] / s.heads, v = s.part[2] / s.heads;
    p.attention = (struct prim_attention){
        .alpha = (float)scale(n, &s), .merged = 1, .batch = s.batch,
        .heads = s.heads, .rows = s.rows, .columns = s.fresh, .width = w,
        .value_width = v,
        .q = {0, {s.rows * s.part[0], w, s.part[0], 1}},
        .k = {0, {s.fresh * s.part[1], w, s.part[1], 1}},
        .v = {0, {s.fresh * s.part[2], v, s.part[2], 1}},
    };
    for (int i = 0; !e && i < 3; i++) {
        in[i] = biased(l, g, n, &s, i, err);
        e = in[i] < 0 ? in[i] : 0;
    }
    in[3] = lower_in(l, n, ADDED);
    return e ? e
             : lower_add(l, n, p, in, in[3] < 0 ? 3 : 4, lower_out(l, n, 0),
                         err);
}

/* --- of any type, with masks and a past -------------------------------- */

/* Input i, split into heads behind the past. */
static int split(struct host_call *c, const struct sizes *s, struct heads *h,
                 int i, const double *bias, struct prune_error *err)
{
    const struct tensor *t = host_in(c, i);
    const struct tensor *past = i ? host_in(c, PAST_KEY + i - 1) : NULL;
    double *x = mem_calloc((size_t)tensor_numel(t), sizeof *x);
    double *to = i == 0 ? h->q : i == 1 ? h->k : h->v;
    int64_t width = s->part[i] / s->heads;

    if (!x)
        return err_memory(err, "attention");
    convert_to_f64(x, t, 0, tensor_numel(t));
    heads_split(to, h, width, i ? h->columns : h->rows, i ? s->past : 0,
                t->shape.dims[1], x, s->part[i], bias);
    for (int64_t k = 0; past && k < s->batch * s->heads; k++)
        convert_to_f64(to + k * h->columns * width, past,
                       k * s->past * width, s->past * width);
    mem_free(x);
    return 0;
}

static int give_present(struct host_call *c, const struct sizes *s, int i,
                        const double *x, struct prune_error *err)
{
    struct shape shape = present(s, i);
    struct tensor *out;
    int e = host_wants(c, i) ? host_out(c, i, host_in(c, QUERY)->dtype,
                                        &shape, &out, err)
                             : 0;

    if (!e && host_wants(c, i))
        convert_from_f64(out, 0, shape_numel(&shape), x);
    return e;
}

static int run(struct host_call *c, const struct sizes *s, struct heads *h,
               struct prune_error *err)
{
    int64_t n = s->part[0] + s->part[1] + s->part[2];
    double *bias = mem_calloc((size_t)n, sizeof *bias);
    int e = bias ? ops_vector(bias, n, c, BIAS, 0.0, err)
                 : err_memory(err, "attention");

    for (int i = 0; !e && i < 3; i++)
        e = split(c, s, h, i, bias + (i > 0 ? s->part[0] : 0) +
                                  (i > 1 ? s->part[1] : 0), err);
    (void)(e || (e = heads_run(c, h, host_in(c, QUERY)->dtype, err)) ||
           (e = give_present(c, s, 1, h->k, err)) ||
           (e = give_present(c, s, 2, h->v, err)));
    mem_free(bias);
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct shape *in[3] = {NULL}, *past[2] = {NULL};
    const char *wrong;
    struct sizes s;
    struct heads h;
    int e;

    for (int i = QUERY; i <= PAST_VALUE; i++) {
        const struct tensor *t = host_in(c, i);
        if (t && i != MASK && !dtype_is_float(t->dtype))
            return host_bad(c, err, "input %d is not of floats", i);
        if (t && i < BIAS)
            in[i] = &t->shape;
        else if (t && i >= PAST_KEY)
            past[i - PAST_KEY] = &t->shape;
    }
    wrong = find_sizes(&s, c->node, in, past);
    if (wrong || c->node->n_inputs > PAST_VALUE + 1)
        return host_refuse(c, err, "%s", wrong ? wrong : "it shares buffers");
    h = (struct heads){.batch = s.batch, .heads = s.heads, .rows = s.rows,
                       .past = s.past, .columns = s.past + s.fresh,
                       .width = s.part[0] / s.heads,
                       .value_width = s.part[2] / s.heads,
                       .mask = host_in(c, MASK), .bias = host_in(c, ADDED)};
    h.causal = node_int(c->node, "unidirectional", 0) != 0;
    h.scale = scale(c->node, &s);
    h.filter = (double)node_float(c->node, "mask_filter_value", -10000.0F);
    e = heads_open(&h, err);
    if (!e)
        e = run(c, &s, &h, err);
    heads_close(&h);
    return e;
}

const struct op op_ms_multi_head_attention = {
    .name = "MultiHeadAttention",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 10,
    .infer = infer,
    .lower = lower,
    .host = host,
};

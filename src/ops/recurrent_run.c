#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/floats.h"
#include "ops/infer.h"
#include "ops/recurrent.h"

/* The course of a recurrent operator over time, in float32. */

/* out[0 … n) += x [m] times rows of a matrix that lie `stride` apart. */
static void add_product(float *restrict out, int64_t n,
                        const float *restrict x, int64_t m,
                        const float *restrict rows, int64_t stride)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t k = 0; k < n; k++)
            out[k] += x[i] * rows[i * stride + k];
}

void cell_gates(struct cell *k, int from, int to, int with_h)
{
    const struct recurrent *r = k->of;
    int64_t all = r->kind->gates * r->hidden, at = from * r->hidden;
    int64_t n = (to - from) * r->hidden;
    for (int64_t i = at; i < at + n; i++)
        k->gates[i] = k->bw[i] + (with_h ? k->br[i] : 0.0F);
    add_product(k->gates + at, n, k->x, r->features, k->wt + at, all);
    if (with_h)
        add_product(k->gates + at, n, k->h, r->hidden, k->rt + at, all);
}

void cell_recur(const struct cell *k, int gate, const float *h, float *out)
{
    const struct recurrent *r = k->of;
    add_product(out, r->hidden, h, r->hidden, k->rt + gate * r->hidden,
                r->kind->gates * r->hidden);
}

void cell_clip(const struct cell *k, float *x, int64_t n)
{
    float clip = k->of->clip;
    for (int64_t i = 0; clip > 0.0F && i < n; i++)
        x[i] = x[i] > clip ? clip : x[i] < -clip ? -clip : x[i];
}

/* What one call works with. in: x, w, r, b, -, h, c, p in float32. */
struct course {
    struct recurrent r;
    struct tensor *in[8];
    const struct tensor *lens;
    struct tensor *y, *h, *c;
    enum dtype dtype;
    float *wt, *rt, *zeros, *work;
};

/* to [n, m] = from [m, n] turned over. */
static void turn(float *to, const float *from, int64_t m, int64_t n)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t k = 0; k < n; k++)
            to[k * m + i] = from[i * n + k];
}

static int64_t state_at(const struct recurrent *r, int d, int64_t b)
{
    int64_t row = r->layout ? b * r->directions + d : d * r->batch + b;
    return row * r->hidden;
}

static int64_t y_at(const struct recurrent *r, int64_t t, int d, int64_t b)
{
    int64_t row = r->layout ? (b * r->steps + t) * r->directions + d
                            : (t * r->directions + d) * r->batch + b;
    return row * r->hidden;
}

static int64_t length(const struct course *k, int64_t b)
{
    int64_t n = k->lens ? tensor_int(k->lens, b) : k->r.steps;
    return n < 0 ? 0 : n > k->r.steps ? k->r.steps : n;
}

/* One sequence in one direction: states stand in the outputs. */
static void run_sequence(struct course *k, struct cell *cell, int d,
                         int64_t b)
{
    const struct recurrent *r = &k->r;
    size_t size = (size_t)r->hidden * sizeof(float);
    int64_t n = length(k, b);
    int back = d == 1 || r->reverse;
    cell->h = tensor_f32(k->h) + state_at(r, d, b);
    cell->c = k->c ? tensor_f32(k->c) + state_at(r, d, b) : NULL;
    for (int64_t i = 0; i < n; i++) {
        int64_t t = back ? n - 1 - i : i;
        int64_t row = r->layout ? b * r->steps + t : t * r->batch + b;
        cell->x = tensor_f32(k->in[0]) + row * r->features;
        r->kind->step(cell);
        if (k->y && size)
            memcpy(tensor_f32(k->y) + y_at(r, t, d, b), cell->h, size);
    }
    for (int64_t t = n; k->y && size && t < r->steps; t++)
        memset(tensor_f32(k->y) + y_at(r, t, d, b), 0, size);
}

static void run_direction(struct course *k, int d)
{
    const struct recurrent *r = &k->r;
    int64_t rows = r->kind->gates * r->hidden;
    turn(k->wt, tensor_f32(k->in[1]) + d * rows * r->features, rows,
         r->features);
    turn(k->rt, tensor_f32(k->in[2]) + d * rows * r->hidden, rows, r->hidden);
    const float *bias = k->in[3] ? tensor_f32(k->in[3]) + d * 2 * rows
                                 : k->zeros;
    struct cell cell = {
        .of = r, .f = r->f[d], .wt = k->wt, .rt = k->rt, .bw = bias,
        .br = bias + rows, .gates = k->work, .spare = k->work + rows,
        .p = k->in[7] ? tensor_f32(k->in[7]) + d * 3 * r->hidden : NULL};
    for (int64_t b = 0; b < r->batch; b++)
        run_sequence(k, &cell, d, b);
}

static int read_inputs(struct course *k, const struct host_call *c,
                       const struct cell_kind *kind, struct prune_error *err)
{
    struct shape in[8];
    int e = host_need(c, 1, err) && host_need(c, 2, err) ? 0 : PRUNE_E_INPUT;
    for (int i = 0; i < 8; i++) {
        const struct tensor *t = host_in(c, i);
        in[i] = t ? t->shape : SHAPE_UNKNOWN;
        if (!e && i != 4 && (i < 6 || kind->has_state))
            e = ops_floats_in(&k->in[i], c, i, err);
    }
    k->lens = host_in(c, 4);
    k->dtype = host_in(c, 0)->dtype;
    if (!e && !dtype_is_float(k->dtype))
        e = host_refuse(c, err, "not of %s", dtype_name(k->dtype));
    return e ? e : ops_recurrent_read(&k->r, c->node, kind, in, err);
}

static int take_memory(struct course *k, struct prune_error *err)
{
    const struct recurrent *r = &k->r;
    int64_t rows = ops_times(r->kind->gates, r->hidden);
    k->wt = mem_calloc((size_t)ops_times(rows, r->features), sizeof(float));
    k->rt = mem_calloc((size_t)ops_times(rows, r->hidden), sizeof(float));
    k->zeros = mem_calloc((size_t)rows, 2 * sizeof(float));
    k->work = mem_calloc((size_t)rows, 2 * sizeof(float));
    return k->wt && k->rt && k->zeros && k->work
               ? 0
               : err_memory(err, "a recurrent operator");
}

/* A state's output, made even when nobody wants it, with its first value. */
static int state_out(struct tensor **out, struct course *k,
                     struct host_call *c, int i, const struct tensor *first,
                     struct prune_error *err)
{
    struct shape s = ops_recurrent_state(&k->r);
    int e = host_wants(c, i)
                ? ops_floats_out(out, c, i, k->dtype, &s, err)
                : tensor_new(out, DTYPE_F32, &s, err);
    if (e || (*out)->size == 0)
        return e;
    if (first)
        memcpy((*out)->data, first->data, (*out)->size);
    else
        memset((*out)->data, 0, (*out)->size);
    return 0;
}

static int make_outputs(struct course *k, struct host_call *c,
                        struct prune_error *err)
{
    const struct recurrent *r = &k->r;
    struct shape s = ops_recurrent_y(r);
    int e = host_wants(c, 0)
                ? ops_floats_out(&k->y, c, 0, k->dtype, &s, err)
                : 0;
    if (!e)
        e = state_out(&k->h, k, c, 1, k->in[5], err);
    if (!e && r->kind->has_state)
        e = state_out(&k->c, k, c, 2, k->in[6], err);
    return e;
}

/* Hands over the outputs; what nobody wants is given back. */
static int give(struct course *k, struct host_call *c,
                struct prune_error *err)
{
    struct tensor **all[] = {&k->y, &k->h, &k->c};
    int e = 0;
    for (int i = 0; !e && i < 3; i++) {
        struct tensor *t = *all[i];
        if (!t || !host_wants(c, i))
            continue;
        *all[i] = NULL;
        e = ops_floats_give(c, i, t, k->dtype, err);
    }
    return e;
}

int ops_host_recurrent(struct host_call *c, const struct cell_kind *kind,
                       struct prune_error *err)
{
    struct course k = {0};
    int e = host_need(c, 0, err) ? read_inputs(&k, c, kind, err)
                                 : PRUNE_E_INPUT;
    if (!e)
        e = take_memory(&k, err);
    if (!e)
        e = make_outputs(&k, c, err);
    for (int d = 0; !e && d < k.r.directions; d++)
        run_direction(&k, d);
    if (!e)
        e = give(&k, c, err);
    for (int i = 0; i < 8; i++)
        tensor_unref(k.in[i]);
    tensor_unref(k.y);
    tensor_unref(k.h);
    tensor_unref(k.c);
    mem_free(k.wt);
    mem_free(k.rt);
    mem_free(k.zeros);
    mem_free(k.work);
    return e;
}

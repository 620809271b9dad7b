#include <math.h>

#include "engine/nd.h"
#include "engine/prim.h"

/* Whether all elements that a view reaches are within the slot. */
static int fits(const struct prim_view4 *v, const struct slot *s,
                const int64_t dims[4])
{
    int64_t last = v->offset, n = shape_numel(&s->shape);
    if (v->offset < 0 || v->offset >= n)
        return 0;
    for (int i = 0; i < 4; i++) {
        int64_t reach;
        if (v->step[i] < 0 ||
            __builtin_mul_overflow(v->step[i], dims[i] - 1, &reach) ||
            __builtin_add_overflow(last, reach, &last))
            return 0;
    }
    return last < n;
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct prim_attention *a = &p->attention;
    struct shape whole = {4, {a->batch, a->heads, a->rows, a->columns}};
    struct shape out = {4, {a->batch, a->heads, a->rows, a->value_width}};
    struct shape both;
    if (a->batch < 1 || a->heads < 1 || a->rows < 1 || a->columns < 1 ||
        a->width < 1 || a->value_width < 1)
        return "a size is not positive";
    if (!fits(&a->q, &slots[p->in[0]],
              (int64_t[]){a->batch, a->heads, a->rows, a->width}) ||
        !fits(&a->k, &slots[p->in[1]],
              (int64_t[]){a->batch, a->heads, a->columns, a->width}) ||
        !fits(&a->v, &slots[p->in[2]],
              (int64_t[]){a->batch, a->heads, a->columns, a->value_width}))
        return "a view reaches beyond its slot";
    if (shape_numel(&slots[p->out].shape) != shape_numel(&out))
        return "the output's size is not that of the heads";
    if (p->n_in > 3 && p->in[3] >= 0 &&
        (shape_broadcast(&both, &slots[p->in[3]].shape, &whole, NULL) != 0 ||
         !shape_equal(&both, &whole)))
        return "the mask does not fit the scores";
    return NULL;
}

static const float *at(const float *x, const struct prim_view4 *v,
                       int64_t batch, int64_t head, int64_t row)
{
    return x + v->offset + batch * v->step[0] + head * v->step[1] +
           row * v->step[2];
}

/* One row of a head: the weighted mean of the values, the weights being
 * e^(score - top). Twice over the keys: to find the top, and to sum. */
static void row(const struct prim_attention *a, const float *const *in,
                const int64_t index[3], const float *mask, int64_t mask_step,
                float *out)
{
    const float *q = at(in[0], &a->q, index[0], index[1], index[2]);
    double top = -INFINITY, sum = 0.0;
    for (int64_t i = 0; i < a->value_width; i++)
        out[i] = 0.0F;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t c = 0; c < a->columns; c++) {
            const float *k = at(in[1], &a->k, index[0], index[1], c);
            const float *v = at(in[2], &a->v, index[0], index[1], c);
            double score = 0.0;
            for (int64_t i = 0; i < a->width; i++)
                score += (double)q[i * a->q.step[3]] *
                         (double)k[i * a->k.step[3]];
            score = score * (double)a->alpha +
                    (mask != NULL ? (double)mask[c * mask_step] : 0.0);
            if (pass == 0) {
                top = score > top ? score : top;
                continue;
            }
            double weight = exp(score - top);
            sum += weight;
            for (int64_t i = 0; i < a->value_width; i++)
                out[i] += (float)(weight * (double)v[i * a->v.step[3]]);
        }
    for (int64_t i = 0; i < a->value_width; i++)
        out[i] = (float)((double)out[i] / sum);
}

static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct prim_attention *a = &p->attention;
    struct shape whole = {4, {a->batch, a->heads, a->rows, a->columns}};
    int64_t steps[MAX_RANK] = {0}, d = a->value_width;
    const float *mask = p->n_in > 3 ? in[3] : NULL;
    if (mask != NULL)
        nd_broadcast_strides(&slots[p->in[3]].shape, &whole, steps);
    for (int64_t b = 0; b < a->batch; b++)
        for (int64_t h = 0; h < a->heads; h++)
            for (int64_t r = 0; r < a->rows; r++) {
                int64_t to = a->merged ? (b * a->rows + r) * a->heads + h
                                       : (b * a->heads + h) * a->rows + r;
                row(a, in, (int64_t[]){b, h, r},
                    mask == NULL ? NULL
                                 : mask + b * steps[0] + h * steps[1] +
                                       r * steps[2],
                    steps[3], out + to * d);
            }
}

const struct prim_kind prim_attention = {
    .name = "attention",
    .min_in = 3,
    .max_in = 4,
    .check = check,
    .run = run,
};

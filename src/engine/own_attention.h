/* Attention; part of own_kernels.h. */

enum { ATTENTION_ROWS = 48 };

/* Scratch of one thread: keys and values in panels, a block of scores, a
 * block of the result. */
struct attention_room {
    int64_t keys, values, scores, result;
};

static struct attention_room attention_room(const struct prim_attention *a)
{
    return (struct attention_room){
        .keys = filled(a->columns) * a->width,
        .values = filled(a->value_width) * a->columns,
        .scores = ATTENTION_ROWS * filled(a->columns),
        .result = ATTENTION_ROWS * filled(a->value_width),
    };
}

static int64_t attention_scratch(const struct prim *p,
                                 const struct slot *slots, int threads)
{
    struct attention_room r = attention_room(&p->attention);
    int64_t one = filled(r.keys) + filled(r.values) + r.scores + r.result;
    (void)slots;
    return threads * (one + 64);
}

/* s [n]: e^(alpha s + mask - most), without the division by the sum, which
 * is returned. mask NULL: none. `room` is whole vectors. */
static float soft_row(float *s, int64_t n, int64_t room, float alpha,
                      const float *mask, int64_t mask_step)
{
    for (int64_t i = n; i < room; i++)
        s[i] = -INFINITY;
    vf most = splat(-INFINITY);
    if (mask == NULL) {
        for (int64_t i = 0; i < room; i += W) {
            vf v = load(s + i) * alpha;
            store(s + i, v);
            most = larger(v, most);
        }
    } else {
        for (int64_t i = 0; i < n; i++)
            s[i] = s[i] * alpha + mask[i * mask_step];
        for (int64_t i = 0; i < room; i += W)
            most = larger(load(s + i), most);
    }
    float top = most_of(most);
    /* A row of nothing but -inf has no softmax: it is NaN, as in C. */
    vf sum = {0};
    for (int64_t i = 0; i < room; i += W) {
        vf v = v_exp(load(s + i) - top);
        store(s + i, v);
        sum += v;
    }
    return sum_of(sum);
}

struct attention_head {
    const float *q, *mask;
    float *out;
    int64_t out_row, mask_row, mask_step;
};

static void attention_block(const struct prim_attention *a,
                            const struct attention_head *h, int64_t from,
                            const float *keys, const float *values,
                            float *scores, float *result)
{
    int64_t m = a->rows - from < ATTENTION_ROWS ? a->rows - from
                                                : ATTENTION_ROWS;
    int64_t n = filled(a->columns), d = filled(a->value_width);
    gemm(m, n, a->width, h->q + from * a->q.step[2], a->q.step[2],
         a->q.step[3], keys, scores, n);
    float sums[ATTENTION_ROWS];
    for (int64_t i = 0; i < m; i++)
        sums[i] = soft_row(
            scores + i * n, a->columns, n, a->alpha,
            h->mask != NULL ? h->mask + (from + i) * h->mask_row : NULL,
            h->mask_step);
    gemm(m, d, a->columns, scores, n, 1, values, result, d);
    for (int64_t i = 0; i < m; i++) {
        float *to = h->out + (from + i) * h->out_row;
        float factor = 1.0F / sums[i];
        for (int64_t k = 0; k < a->value_width; k++)
            to[k] = result[i * d + k] * factor;
    }
}

/* One head of one sample. */
static void attend(const struct own_call *c, int64_t batch, int64_t head,
                   float *room)
{
    const struct prim_attention *a = &c->prim->attention;
    struct attention_room size = attention_room(a);
    struct attention_head h = {0};
    float *keys = room, *values = keys + filled(size.keys);
    float *scores = values + filled(size.values);
    const float *k = c->in[1] + a->k.offset + batch * a->k.step[0] +
                     head * a->k.step[1];
    const float *v = c->in[2] + a->v.offset + batch * a->v.step[0] +
                     head * a->v.step[1];
    h.q = c->in[0] + a->q.offset + batch * a->q.step[0] +
          head * a->q.step[1];
    int64_t d = a->value_width;
    h.out_row = a->merged ? a->heads * d : d;
    h.out = c->out + batch * a->heads * a->rows * d +
            (a->merged ? head * d : head * a->rows * d);
    if (c->prim->n_in > 3 && c->in[3] != NULL) {
        int64_t steps[MAX_RANK] = {0};
        struct shape whole = {4, {a->batch, a->heads, a->rows, a->columns}};
        nd_broadcast_strides(&c->slots[c->prim->in[3]].shape, &whole, steps);
        h.mask = c->in[3] + batch * steps[0] + head * steps[1];
        h.mask_row = steps[2];
        h.mask_step = steps[3];
    }
    pack(keys, k, a->width, a->columns, a->k.step[3], a->k.step[2]);
    pack(values, v, a->columns, d, a->v.step[2], a->v.step[3]);
    for (int64_t from = 0; from < a->rows; from += ATTENTION_ROWS)
        attention_block(a, &h, from, keys, values, scores,
                        scores + size.scores);
}

static void attention(const struct own_call *c)
{
    const struct prim_attention *a = &c->prim->attention;
    int64_t one = attention_scratch(c->prim, c->slots, 1);
    int64_t work = a->rows * a->columns * (a->width + a->value_width);
#pragma omp parallel for num_threads(c->threads)                              \
    if (a->batch * a->heads * work > 100000)
    for (int64_t i = 0; i < a->batch * a->heads; i++)
        attend(c, i / a->heads, i % a->heads,
               c->scratch + omp_get_thread_num() * one);
}

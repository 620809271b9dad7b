/* Products of a few rows with constant weights; part of own_kernels.h. */

/* Rows for which it is faster than the library's. */
enum { DENSE_LEAST = 2, DENSE_MOST = 16, DENSE_LARGE = 1 << 18 };

struct dense_sizes {
    int64_t rows, k, n;
};

static struct dense_sizes dense_sizes(const struct prim *p,
                                      const struct slot *slots)
{
    const struct shape *a = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    return (struct dense_sizes){
        .rows = shape_span(a, 0, a->rank - 1),
        .k = a->dims[a->rank - 1],
        .n = o->dims[o->rank - 1],
    };
}

static int dense_takes(const struct prim *p, const struct slot *slots)
{
    const struct tensor *w = slots[p->in[1]].constant;
    int has_bias = p->n_in > 2 && p->in[2] >= 0;
    if (w == NULL || w->shape.rank != 2 || p->matmul.trans_a ||
        p->matmul.alpha != 1.0F || (has_bias && p->matmul.beta != 1.0F))
        return 0;
    struct dense_sizes s = dense_sizes(p, slots);
    const struct shape *b = has_bias ? &slots[p->in[2]].shape : NULL;
    return s.rows >= DENSE_LEAST && s.rows <= DENSE_MOST &&
           s.k * s.n >= DENSE_LARGE &&
           (b == NULL || (shape_numel(b) == s.n && b->rank > 0 &&
                          b->dims[b->rank - 1] == s.n));
}

static int64_t dense_packed(const struct prim *p, const struct slot *slots,
                            int threads)
{
    struct dense_sizes s = dense_sizes(p, slots);
    (void)threads;
    return filled(s.n) * s.k;
}

static void dense_pack(const struct prim *p, const struct slot *slots,
                       float *packed)
{
    struct dense_sizes s = dense_sizes(p, slots);
    const float *w = tensor_f32(slots[p->in[1]].constant);
    if (p->matmul.trans_b)
        pack(packed, w, s.k, s.n, 1, s.k);
    else
        pack(packed, w, s.k, s.n, s.n, 1);
}

/* Of each panel a block of the result. */
static int64_t dense_scratch(const struct prim *p, const struct slot *slots,
                             int threads)
{
    struct dense_sizes s = dense_sizes(p, slots);
    (void)threads;
    return s.rows * filled(s.n);
}

static void dense(const struct own_call *c)
{
    struct dense_sizes s = dense_sizes(c->prim, c->slots);
    const float *bias = c->prim->n_in > 2 ? c->in[2] : NULL;
    int64_t room = filled(s.n), panels = (room + PANEL - 1) / PANEL;
#pragma omp parallel for num_threads(c->threads)
    for (int64_t i = 0; i < panels; i++) {
        int64_t from = i * PANEL;
        int64_t width = room - from < PANEL ? room - from : PANEL;
        int64_t there = s.n - from < width ? s.n - from : width;
        float *block = c->scratch + s.rows * from;
        gemm(s.rows, width, s.k, c->in[0], s.k, 1, c->packed + from * s.k,
             block, width);
        for (int64_t r = 0; r < s.rows; r++)
            for (int64_t j = 0; j < there; j++)
                c->out[r * s.n + from + j] =
                    block[r * width + j] +
                    (bias != NULL ? bias[from + j] : 0.0F);
    }
}

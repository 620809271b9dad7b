/* Two operands with broadcasting; part of own_kernels.h. */

/* The shapes with neighbouring axes joined that both operands walk through
 * alike; the last one is the row. */
struct walk {
    int rank;
    int64_t dims[MAX_RANK], a[MAX_RANK], b[MAX_RANK];
};

static void walk_init(struct walk *w, const struct own_call *c)
{
    const struct prim *p = c->prim;
    const struct shape *o = &c->slots[p->out].shape;
    int64_t a[MAX_RANK] = {0}, b[MAX_RANK] = {0};
    nd_broadcast_strides(&c->slots[p->in[0]].shape, o, a);
    nd_broadcast_strides(&c->slots[p->in[1]].shape, o, b);
    *w = (struct walk){.rank = 0};
    for (int i = 0; i < o->rank; i++) {
        int k = w->rank - 1;
        if (o->dims[i] == 1)
            continue;
        if (k >= 0 && w->a[k] == a[i] * o->dims[i] &&
            w->b[k] == b[i] * o->dims[i]) {
            w->dims[k] *= o->dims[i];
        } else {
            w->dims[++k] = o->dims[i];
            w->rank++;
        }
        w->a[k] = a[i];
        w->b[k] = b[i];
    }
    if (w->rank == 0)
        w->dims[w->rank++] = 1;
}

INLINE vf binary_of(enum binary f, vf a, vf b)
{
    switch (f) {
    case BIN_ADD:
        return a + b;
    case BIN_SUB:
        return a - b;
    case BIN_MUL:
        return a * b;
    case BIN_DIV:
        return a / b;
    case BIN_MAX:
        return larger(a, b);
    case BIN_MIN:
        return smaller(a, b);
    case BIN_PRELU:
        return pick(a >= 0.0F, a, a * b);
    default:
        return a;
    }
}

/* a_step, b_step: 0 or 1 */
INLINE void binary_row(enum binary f, float *out, const float *a,
                       int64_t a_step, const float *b, int64_t b_step,
                       int64_t n)
{
    int64_t i = 0;
    for (; i + W <= n; i += W)
        store(out + i, binary_of(f, a_step ? load(a + i) : splat(*a),
                                 b_step ? load(b + i) : splat(*b)));
    if (i < n)
        store_part(out + i,
                   binary_of(f,
                             a_step ? load_part(a + i, n - i) : splat(*a),
                             b_step ? load_part(b + i, n - i) : splat(*b)),
                   n - i);
}

#define BINARY_CASE(f)                                                        \
    case f:                                                                   \
        binary_row(f, out, a, a_step, b, b_step, n);                          \
        break

static void binary_rows(enum binary f, float *out, const float *a,
                        int64_t a_step, const float *b, int64_t b_step,
                        int64_t n)
{
    switch (f) {
        BINARY_CASE(BIN_ADD);
        BINARY_CASE(BIN_SUB);
        BINARY_CASE(BIN_MUL);
        BINARY_CASE(BIN_DIV);
        BINARY_CASE(BIN_MAX);
        BINARY_CASE(BIN_MIN);
        BINARY_CASE(BIN_PRELU);
    default:
        break;
    }
}

static int binary_takes(const struct prim *p, const struct slot *slots)
{
    (void)slots;
    return p->binary.f != BIN_POW;
}

static void binary(const struct own_call *c)
{
    struct walk w;
    walk_init(&w, c);
    int last = w.rank - 1;
    int64_t n = w.dims[last], rows = 1;
    for (int i = 0; i < last; i++)
        rows *= w.dims[i];
#pragma omp parallel for num_threads(c->threads)                              \
    if (rows > 1 && rows * n > 65536)
    for (int64_t r = 0; r < rows; r++) {
        int64_t a = 0, b = 0, left = r;
        for (int i = last - 1; i >= 0; i--) {
            a += left % w.dims[i] * w.a[i];
            b += left % w.dims[i] * w.b[i];
            left /= w.dims[i];
        }
        binary_rows(c->prim->binary.f, c->out + r * n, c->in[0] + a,
                    w.a[last], c->in[1] + b, w.b[last], n);
    }
}

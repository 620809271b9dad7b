/* oneDNN's kernels against the plain ones on seeded random shapes. */
#include "programs.h"

static int64_t pick(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint32_t)(high - low + 1));
}

static int64_t one_of(struct rng *r, const int64_t *list, int n)
{
    return list[rng_below(r, (uint32_t)n)];
}

#define ONE_OF(r, ...)                                                        \
    one_of(r, (const int64_t[]){__VA_ARGS__},                                 \
           (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))

/* --- convolutions ---------------------------------------------------- */

static struct prim random_conv(struct rng *r, struct shape *x,
                               struct shape *w, struct shape *o)
{
    struct prim p = {.kind = &prim_conv};
    struct prim_conv *v = &p.conv;
    v->space = (int)ONE_OF(r, 1, 2, 2, 2, 2, 3);
    v->groups = ONE_OF(r, 1, 1, 1, 2, 3, 0);
    int64_t in = ONE_OF(r, 1, 3, 5, 16, 17, 32), out = in;
    if (v->groups == 0)
        v->groups = in; /* depthwise */
    else {
        in *= v->groups;
        out = v->groups * ONE_OF(r, 1, 4, 7, 16, 19);
    }
    *x = (struct shape){v->space + 2, {pick(r, 1, 5), in}};
    *w = (struct shape){v->space + 2, {out, in / v->groups}};
    *o = (struct shape){v->space + 2, {x->dims[0], out}};
    for (int i = 0; i < v->space; i++) {
        int64_t k = ONE_OF(r, 1, 3, 3, 5);
        v->stride[i] = ONE_OF(r, 1, 1, 2, 3);
        v->dilation[i] = ONE_OF(r, 1, 1, 1, 2);
        v->pad_low[i] = pick(r, 0, k - 1);
        v->pad_high[i] = pick(r, 0, k - 1);
        int64_t reach = v->dilation[i] * (k - 1) + 1;
        x->dims[2 + i] = reach + pick(r, 0, v->space == 3 ? 4 : 11);
        w->dims[2 + i] = k;
        o->dims[2 + i] = (x->dims[2 + i] + v->pad_low[i] + v->pad_high[i] -
                          reach) / v->stride[i] + 1;
    }
    return p;
}

static void build_conv(struct program *p, struct rng *r, int which)
{
    struct shape x, w, o;
    struct prim conv = random_conv(r, &x, &w, &o);
    int in = add_input(p, x);
    int weight = add_random(p, w, r, 0.3F);
    int bias = add_random(p, SHAPE(w.dims[0]), r, 1.0F);
    if (which % 3 == 0)
        OUTPUTS(p, ADD(p, conv, o, in, weight));
    else
        OUTPUTS(p, ADD(p, conv, o, in, weight, bias));
}

Test(dnnl_conv, random_shapes, .timeout = 120)
{
    for (int i = 0; i < 120; i++)
        compare(build_conv, i, ENGINE_FAST, 2e-5);
}

/* 3x3 at stride 1 with sizes that Winograd takes, odd ones among them */
static void build_winograd(struct program *p, struct rng *r, int which)
{
    int64_t c = ONE_OF(r, 16, 32, 33, 64), m = ONE_OF(r, 16, 48, 31, 64);
    int64_t h = pick(r, 4, 17), w = pick(r, 4, 17), n = pick(r, 1, 5);
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .pad_low = {1, 1},
                                 .pad_high = {1, 1}, .groups = 1}};
    if (which % 4 == 3)
        conv.conv.pad_low[0] = conv.conv.pad_high[1] = 0;
    int64_t lost = which % 4 == 3;
    int y = ADD(p, conv, SHAPE(n, m, h - lost, w - lost),
                add_input(p, SHAPE(n, c, h, w)),
                add_random(p, SHAPE(m, c, 3, 3), r, 0.1F),
                add_random(p, SHAPE(m), r, 1.0F));
    OUTPUTS(p, ADD(p, PRIM(.kind = &prim_eltwise, .eltwise = {.f = ELT_RELU}),
                   SHAPE(n, m, h - lost, w - lost), y));
}

Test(dnnl_conv, three_by_three, .timeout = 120)
{
    for (int i = 0; i < 40; i++) {
        compare(build_winograd, i, ENGINE_FAST, 2e-5);
        if (i % 5 == 0)
            compare(build_winograd, i, ENGINE_TIMED, 2e-5);
    }
}

/* a weight that is computed, not constant */
static void build_dynamic_weight(struct program *p, struct rng *r, int which)
{
    int64_t g = which % 2 == 0 ? 1 : 2;
    (void)r;
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = g}};
    int x = add_input(p, SHAPE(2, 4, 5, 5));
    int w = add_input(p, SHAPE(6, 4 / g, 3, 3));
    int b = add_input(p, SHAPE(6));
    OUTPUTS(p, ADD(p, conv, SHAPE(2, 6, 3, 3), x, w, b));
}

Test(dnnl_conv, computed_weights)
{
    compare(build_dynamic_weight, 0, ENGINE_FAST, 2e-5);
    compare(build_dynamic_weight, 1, ENGINE_FAST, 2e-5);
}

/* --- products -------------------------------------------------------- */

static void build_matmul(struct program *p, struct rng *r, int which)
{
    int64_t m = pick(r, 1, 9), k = ONE_OF(r, 1, 7, 16, 33, 100);
    int64_t n = ONE_OF(r, 1, 5, 16, 31, 64);
    int ta = (int)pick(r, 0, 1), tb = (int)pick(r, 0, 1);
    struct prim product = {.kind = &prim_matmul,
                           .matmul = {ta, tb, 1.0F, 1.0F}};
    struct shape a = ta ? SHAPE(k, m) : SHAPE(m, k);
    struct shape b = tb ? SHAPE(n, k) : SHAPE(k, n), o = SHAPE(m, n);
    if (which % 3 == 1) { /* batches, broadcast */
        int64_t x = pick(r, 1, 3), y = pick(r, 1, 3);
        a = ta ? SHAPE(x, 1, k, m) : SHAPE(x, 1, m, k);
        b = tb ? SHAPE(y, n, k) : SHAPE(y, k, n);
        o = SHAPE(x, y, m, n);
    }
    if (which % 7 == 6)
        product.matmul.alpha = 0.5F, product.matmul.beta = 2.0F;
    int in = add_input(p, a);
    int by = which % 2 == 0 ? add_random(p, b, r, 0.5F) : add_input(p, b);
    struct shape bias = which % 5 == 4   ? SHAPE(1, 1)
                        : which % 5 == 3 ? SHAPE(m, 1)
                        : which % 5 == 2 ? SHAPE(1, n)
                                         : SHAPE(n);
    if (which % 4 == 0)
        OUTPUTS(p, ADD(p, product, o, in, by));
    else
        OUTPUTS(p, ADD(p, product, o, in, by, add_random(p, bias, r, 1.0F)));
}

Test(dnnl_matmul, random_shapes, .timeout = 120)
{
    for (int i = 0; i < 80; i++)
        compare(build_matmul, i, ENGINE_FAST, 2e-5);
}

/* a product of three axes by a constant of two */
static void build_rows(struct program *p, struct rng *r, int which)
{
    struct prim product = {.kind = &prim_matmul,
                           .matmul = {0, which % 2, 1.0F, 1.0F}};
    int x = add_input(p, SHAPE(2, 5, 12));
    int w = add_random(p, which % 2 ? SHAPE(7, 12) : SHAPE(12, 7), r, 0.5F);
    int b = add_random(p, SHAPE(7), r, 1.0F);
    OUTPUTS(p, ADD(p, product, SHAPE(2, 5, 7), x, w, b));
}

Test(dnnl_matmul, rows_of_a_batch)
{
    compare(build_rows, 0, ENGINE_FAST, 2e-5);
    compare(build_rows, 1, ENGINE_FAST, 2e-5);
}

/* conv -> flatten -> fully connected */
static void build_flatten(struct program *p, struct rng *r, int which)
{
    int64_t m = ONE_OF(r, 8, 16, 19, 32), n = pick(r, 1, 4);
    int64_t h = which % 4 == 0 ? 1 : 4;
    int tb = which % 2;
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .pad_low = {1, 1},
                                 .pad_high = {1, 1}, .groups = 1}};
    int y = ADD(p, conv, SHAPE(n, m, h, 3), add_input(p, SHAPE(n, 16, h, 3)),
                add_random(p, SHAPE(m, 16, 3, 3), r, 0.2F));
    int64_t k = m * h * 3;
    int flat = ADD(p, PRIM(.kind = &prim_view), SHAPE(n, k), y);
    int w = add_random(p, tb ? SHAPE(11, k) : SHAPE(k, 11), r, 0.1F);
    OUTPUTS(p,
            ADD(p,
                PRIM(.kind = &prim_matmul, .matmul = {0, tb, 1.0F, 1.0F}),
                SHAPE(n, 11), flat, w));
}

Test(dnnl_matmul, flattened_images, .timeout = 60)
{
    for (int i = 0; i < 24; i++)
        compare(build_flatten, i, ENGINE_FAST, 2e-5);
}

/* --- pooling --------------------------------------------------------- */

static void build_pool(struct program *p, struct rng *r, int which)
{
    struct prim pool = {.kind = &prim_pool};
    struct prim_pool *v = &pool.pool;
    v->space = (int)ONE_OF(r, 1, 2, 2, 3);
    v->mode = (enum pool_mode)pick(r, 0, 2);
    struct shape x = {v->space + 2, {pick(r, 1, 5), ONE_OF(r, 1, 5, 16, 20)}};
    struct shape o = x;
    for (int i = 0; i < v->space; i++) {
        int64_t k = v->kernel[i] = pick(r, 1, 3);
        v->stride[i] = pick(r, 1, 3);
        v->dilation[i] = ONE_OF(r, 1, 1, 1, 2);
        v->pad_low[i] = pick(r, 0, k - 1);
        v->pad_high[i] = pick(r, 0, k - 1);
        int64_t reach = v->dilation[i] * (k - 1) + 1;
        x.dims[2 + i] = reach + pick(r, 0, 9);
        int64_t room = x.dims[2 + i] + v->pad_low[i] + v->pad_high[i] - reach;
        int64_t over = room % v->stride[i];
        /* As ceil_mode does it, but no window beyond the input. */
        if (which % 2 == 1 && over != 0 &&
            (room / v->stride[i] + 1) * v->stride[i] <
                x.dims[2 + i] + v->pad_low[i])
            v->ceil_extra[i] = v->stride[i] - over;
        o.dims[2 + i] = (room + v->ceil_extra[i]) / v->stride[i] + 1;
    }
    OUTPUTS(p, ADD(p, pool, o, add_input(p, x)));
}

Test(dnnl_pool, random_shapes, .timeout = 120)
{
    for (int i = 0; i < 120; i++)
        compare(build_pool, i, ENGINE_FAST, 2e-5);
}

static void build_global(struct program *p, struct rng *r, int which)
{
    int64_t c = ONE_OF(r, 3, 16, 37), n = pick(r, 1, 4);
    (void)which;
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = 1}};
    int y = ADD(p, conv, SHAPE(n, c, 6, 7), add_input(p, SHAPE(n, 8, 6, 7)),
                add_random(p, SHAPE(c, 8, 1, 1), r, 0.5F));
    struct prim mean = {.kind = &prim_reduce, .reduce = {RED_MEAN, 12}};
    OUTPUTS(p, ADD(p, mean, which % 2 ? SHAPE(n, c) : SHAPE(n, c, 1, 1), y));
}

Test(dnnl_reduce, global_means_of_a_convolution)
{
    for (int i = 0; i < 8; i++)
        compare(build_global, i, ENGINE_FAST, 2e-5);
}

static void build_reduce(struct program *p, struct rng *r, int which)
{
    struct shape x = {(int)pick(r, 1, 5), {0}}, o = {0};
    struct prim reduce = {.kind = &prim_reduce};
    reduce.reduce.f = (enum reduce)(which % 4);
    reduce.reduce.axes = rng_below(r, 1U << x.rank);
    for (int i = 0; i < x.rank; i++) {
        x.dims[i] = pick(r, 1, 7);
        if (!(reduce.reduce.axes >> i & 1))
            o.dims[o.rank++] = x.dims[i];
        else if (which % 3 != 0)
            o.dims[o.rank++] = 1;
    }
    OUTPUTS(p, ADD(p, reduce, o, add_input(p, x)));
}

Test(dnnl_reduce, random_axes, .timeout = 60)
{
    for (int i = 0; i < 100; i++)
        compare(build_reduce, i, ENGINE_FAST, 2e-5);
}

/* --- element-wise, two inputs, softmax ------------------------------- */

static void build_eltwise(struct program *p, struct rng *r, int which)
{
    enum eltwise f = (enum eltwise)(which % (ELT_RECIPROCAL + 1));
    struct shape s = {(int)pick(r, 0, 5), {0}};
    for (int i = 0; i < s.rank; i++)
        s.dims[i] = pick(r, 1, 8);
    struct prim_eltwise e = {f, 0.3F, 0.7F};
    int in = add_input(p, s);
    if (f == ELT_SQRT || f == ELT_LOG || f == ELT_POW || f == ELT_RECIPROCAL)
        in = ADD(p,
                 PRIM(.kind = &prim_eltwise,
                      .eltwise = {ELT_CLIP, 0.1F, 9.0F}),
                 s, in);
    OUTPUTS(p, ADD(p, PRIM(.kind = &prim_eltwise, .eltwise = e), s, in));
}

Test(dnnl_eltwise, every_function, .timeout = 60)
{
    for (int i = 0; i < 100; i++)
        compare(build_eltwise, i, ENGINE_FAST, 2e-5);
}

/* Both operands come from convolutions, so that layouts are blocked. */
static int blocked(struct program *p, struct rng *r, struct shape s)
{
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = 1}};
    struct shape x = s;
    x.dims[1] = 8;
    return ADD(p, conv, s, add_input(p, x),
               add_random(p, SHAPE(s.dims[1], 8, 1, 1), r, 0.5F));
}

static void build_binary(struct program *p, struct rng *r, int which)
{
    int64_t n = pick(r, 1, 4), c = ONE_OF(r, 5, 16, 24), h = pick(r, 1, 6);
    struct shape o = SHAPE(n, c, h, 5), s = o;
    struct prim f = {.kind = &prim_binary,
                     .binary = {(enum binary)(which % (BIN_MIN + 1))}};
    int a = which % 2 ? blocked(p, r, o) : add_input(p, o), b;
    switch (which / 6 % 8) {
    case 0:
        b = blocked(p, r, o);
        break;
    case 1:
        s = SHAPE(n, c, 1, 1);
        b = blocked(p, r, s);
        break;
    case 2:
        b = add_random(p, SHAPE(1, c, 1, 1), r, 1.0F);
        break;
    case 3:
        b = add_random(p, SHAPE(c, 1, 1), r, 1.0F);
        break;
    case 4:
        b = add_random(p, (struct shape){0}, r, 1.0F);
        break;
    case 5:
        b = add_input(p, SHAPE(n, 1, h, 5));
        break;
    case 6:
        b = add_input(p, SHAPE(5));
        break;
    default:
        b = a;
        break;
    }
    struct prim away = {.kind = &prim_eltwise,
                        .eltwise = {ELT_CLIP, 0.5F, 9.0F}};
    if (f.binary.f == BIN_DIV) { /* away from zero */
        a = ADD(p, away, o, a);
        b = ADD(p, away, p->slots[b].shape, b);
    }
    if (which / 48 % 2)
        OUTPUTS(p, ADD(p, f, o, b, a));
    else
        OUTPUTS(p, ADD(p, f, o, a, b));
}

Test(dnnl_binary, broadcasts, .timeout = 120)
{
    for (int i = 0; i < 192; i++)
        compare(build_binary, i, ENGINE_FAST, 2e-5);
}

static void build_odd_binary(struct program *p, struct rng *r, int which)
{
    struct prim f = {.kind = &prim_binary,
                     .binary = {which % 2 ? BIN_PRELU : BIN_ADD}};
    (void)r;
    OUTPUTS(p, ADD(p, f, SHAPE(3, 4), add_input(p, SHAPE(3, 1)),
                   add_input(p, SHAPE(4))));
}

Test(dnnl_binary, both_operands_repeat)
{
    compare(build_odd_binary, 0, ENGINE_FAST, 2e-5);
    compare(build_odd_binary, 1, ENGINE_FAST, 2e-5);
}

static void build_affine(struct program *p, struct rng *r, int which)
{
    int64_t n = pick(r, 1, 4), c = ONE_OF(r, 5, 16, 24);
    struct shape o = SHAPE(n, c, 4, 5);
    if (which % 4 == 0)
        o = SHAPE(n, c);
    if (which % 4 == 1)
        o = SHAPE(n, c, 7);
    int x = which % 4 == 3 ? blocked(p, r, o) : add_input(p, o);
    int y = ADD(p, PRIM(.kind = &prim_affine), o, x,
                add_random(p, SHAPE(c), r, 1.0F),
                add_random(p, SHAPE(c), r, 1.0F));
    if (which % 3 == 0)
        y = ADD(p, PRIM(.kind = &prim_eltwise, .eltwise = {.f = ELT_RELU}), o,
                y);
    if (which % 8 == 7)
        OUTPUTS(p, y, x); /* the input of the affine stays readable */
    else
        OUTPUTS(p, y);
}

Test(dnnl_affine, random_shapes, .timeout = 60)
{
    for (int i = 0; i < 48; i++)
        compare(build_affine, i, ENGINE_FAST, 2e-5);
}

static void build_softmax(struct program *p, struct rng *r, int which)
{
    struct shape s = {(int)pick(r, 1, 4), {0}};
    for (int i = 0; i < s.rank; i++)
        s.dims[i] = pick(r, 1, 20);
    int axis = (int)rng_below(r, (uint32_t)s.rank);
    OUTPUTS(p, ADD(p,
                   PRIM(.kind = &prim_softmax,
                        .softmax = {.axis = axis, .log = which % 2}),
                   s, add_input(p, s)));
}

Test(dnnl_softmax, random_axes, .timeout = 60)
{
    for (int i = 0; i < 40; i++)
        compare(build_softmax, i, ENGINE_FAST, 2e-5);
}

/* --- joining and moving ---------------------------------------------- */

static void build_concat(struct program *p, struct rng *r, int which)
{
    int in[4], n = (int)pick(r, 1, 4), axis = which % 2 ? 1 : 2;
    struct shape o = SHAPE(pick(r, 1, 3), 16, 6, 5);
    int64_t together = 0;
    for (int i = 0; i < n; i++) {
        struct shape s = o;
        s.dims[axis] = ONE_OF(r, 3, 8, 16, 32);
        together += s.dims[axis];
        in[i] = rng_below(r, 3) > 0 ? blocked(p, r, s) : add_input(p, s);
    }
    if (which % 5 == 0) {
        in[n - 1] = in[0];
        together = 0;
        for (int i = 0; i < n; i++)
            together += p->slots[in[i]].shape.dims[axis];
    }
    o.dims[axis] = together;
    OUTPUTS(p, add_prim(p, PRIM(.kind = &prim_concat, .concat = {axis}), o,
                        in, n));
}

Test(dnnl_concat, random_inputs, .timeout = 60)
{
    for (int i = 0; i < 50; i++)
        compare(build_concat, i, ENGINE_FAST, 2e-5);
}

/* reshape, transpose, reshape: the channel shuffle, between convolutions */
static void build_shuffle(struct program *p, struct rng *r, int which)
{
    int64_t n = which % 3 + 1, g = which % 2 ? 2 : 4, c = g * 8;
    int x = blocked(p, r, SHAPE(n, c, 3, 5));
    int a = ADD(p, PRIM(.kind = &prim_view), SHAPE(n, g, c / g, 3, 5), x);
    int b = ADD(p,
                PRIM(.kind = &prim_transpose,
                     .transpose = {{0, 2, 1, 3, 4}}),
                SHAPE(n, c / g, g, 3, 5), a);
    int y = ADD(p, PRIM(.kind = &prim_view), SHAPE(n, c, 3, 5), b);
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = g}};
    OUTPUTS(p, ADD(p, conv, SHAPE(n, c, 3, 5), y,
                   add_random(p, SHAPE(c, c / g, 1, 1), r, 0.5F)));
}

static void build_transpose(struct program *p, struct rng *r, int which)
{
    struct shape x = {(int)pick(r, 1, 5), {0}}, o = x;
    struct prim t = {.kind = &prim_transpose};
    (void)which;
    for (int i = 0; i < x.rank; i++) {
        x.dims[i] = pick(r, 1, 7);
        t.transpose.perm[i] = i;
    }
    for (int i = x.rank - 1; i > 0; i--) {
        int k = (int)rng_below(r, (uint32_t)i + 1), swap;
        swap = t.transpose.perm[i];
        t.transpose.perm[i] = t.transpose.perm[k];
        t.transpose.perm[k] = swap;
    }
    for (int i = 0; i < x.rank; i++)
        o.dims[i] = x.dims[t.transpose.perm[i]];
    OUTPUTS(p, ADD(p, t, o, add_input(p, x)));
}

static void build_slice(struct program *p, struct rng *r, int which)
{
    struct shape x = {(int)pick(r, 1, 4), {0}}, o = x;
    struct prim s = {.kind = &prim_slice};
    for (int i = 0; i < x.rank; i++) {
        int64_t n = x.dims[i] = pick(r, 1, 9);
        int64_t step = ONE_OF(r, 1, 1, 2, 3), start = pick(r, 0, n - 1);
        if (which % 3 == 0 && i == 0) {
            s.slice.step[i] = -step;
            o.dims[i] = start / step + 1;
        } else {
            s.slice.step[i] = step;
            o.dims[i] = (n - 1 - start) / step + 1;
        }
        s.slice.start[i] = start;
    }
    OUTPUTS(p, ADD(p, s, o, add_input(p, x)));
}

Test(dnnl_movements, random_shapes, .timeout = 60)
{
    for (int i = 0; i < 12; i++)
        compare(build_shuffle, i, ENGINE_FAST, 2e-5);
    for (int i = 0; i < 40; i++) {
        compare(build_transpose, i, ENGINE_FAST, 0.0);
        compare(build_slice, i, ENGINE_FAST, 0.0);
    }
}

/* --- nothing at all -------------------------------------------------- */

static void build_empty(struct program *p, struct rng *r, int which)
{
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = 1}};
    (void)which;
    int y = ADD(p, conv, SHAPE(0, 4, 3, 3), add_input(p, SHAPE(0, 2, 3, 3)),
                add_random(p, SHAPE(4, 2, 1, 1), r, 1.0F));
    OUTPUTS(p, ADD(p, PRIM(.kind = &prim_eltwise, .eltwise = {.f = ELT_RELU}),
                   SHAPE(0, 4, 3, 3), y));
}

Test(dnnl, no_images_at_all)
{
    compare(build_empty, 0, ENGINE_FAST, 0.0);
}

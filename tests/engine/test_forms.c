/* Written-out LayerNorm, Gelu and the like are recognised and still give
 * what plain C gives; and our own kernels do.
 * covers: engine/own engine/passes_forms */
#include "engine/own.h"
#include "engine/passes.h"
#include "programs.h"

#define ELT(...) PRIM(.kind = &prim_eltwise, .eltwise = {__VA_ARGS__})
#define BIN(name) PRIM(.kind = &prim_binary, .binary = {name})
#define MATMUL                                                                \
    PRIM(.kind = &prim_matmul, .matmul = {.alpha = 1.0F, .beta = 1.0F})

static int64_t pick(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint32_t)(high - low + 1));
}

static int number(struct program *p, float x)
{
    return add_constant(p, SHAPE(1), &x);
}

/* How many primitives of a kind the passes leave. */
static int left(build_f *build, int which, const struct prim_kind *kind)
{
    struct prune_error err = {0};
    struct program *p = new_program();
    struct rng r;
    int n = 0;
    rng_init(&r, (uint64_t)which + 1);
    build(p, &r, which);
    cr_assert_eq(passes_run(p, &err), 0, "%s", err.text);
    for (int i = 0; i < p->n_prims; i++)
        n += kind == NULL || p->prims[i].kind == kind;
    program_free(p);
    return n;
}

/* --- the primitive --------------------------------------------------- */

static void build_layernorm(struct program *p, struct rng *r, int which)
{
    int64_t n = pick(r, 1, 70), m = pick(r, 1, 3);
    struct shape s = SHAPE(pick(r, 1, 5), m, n);
    int axis = which % 2 == 0 ? 2 : 1;
    struct shape row = axis == 2 ? SHAPE(n) : SHAPE(m, n);
    struct prim norm = {.kind = &prim_layernorm,
                        .layernorm = {axis, 1e-3F}};
    int x = add_input(p, s);
    if (which % 3 == 0)
        OUTPUTS(p, ADD(p, norm, s, x));
    else if (which % 3 == 1)
        OUTPUTS(p, ADD(p, norm, s, x, add_random(p, row, r, 1.0F)));
    else
        OUTPUTS(p, ADD(p, norm, s, x, -1, add_random(p, row, r, 1.0F)),
                ADD(p, norm, s, x, add_random(p, row, r, 1.0F),
                    add_random(p, row, r, 1.0F)));
}

/* covers: engine/prim_layernorm */
Test(layernorm, random_shapes)
{
    for (int i = 0; i < 60; i++)
        compare(build_layernorm, i, ENGINE_FAST, 2e-5);
}

Test(layernorm, by_hand)
{
    struct prim norm = {.kind = &prim_layernorm, .layernorm = {1, 0.0F}};
    const float x[] = {1, 3, -2, 2}, scale[] = {2, 1}, shift[] = {0, 10};
    const float want[] = {-2, 11, -2, 11};
    CHECK_PRIM(norm, SHAPE(2, 2), want, {SHAPE(2, 2), x},
               {SHAPE(2), scale}, {SHAPE(2), shift});
}

Test(layernorm, what_does_not_fit_is_refused)
{
    struct prim norm = {.kind = &prim_layernorm, .layernorm = {1, 0.0F}};
    struct program *p = new_program();
    struct shape s = SHAPE(2, 3);
    int x = add_input(p, s), out = program_slot(p, &s, NULL);
    float three[3] = {1, 1, 1};
    int scale = add_constant(p, SHAPE(3), three);
    int wrong = add_constant(p, SHAPE(2), three);
    cr_assert_eq(program_add(p, norm, (int[]){x, wrong}, 2, out, NULL),
                 PRUNE_E_INPUT);
    norm.layernorm.axis = 2;
    cr_assert_eq(program_add(p, norm, (int[]){x, scale}, 2, out, NULL),
                 PRUNE_E_INPUT);
    program_free(p);
}

/* --- functions ------------------------------------------------------- */

static const struct prim_eltwise functions[] = {
    {ELT_ERF, 0, 0},        {ELT_GELU, 0, 0},   {ELT_GELU_TANH, 0, 0},
    {ELT_RECIPROCAL, 0, 0}, {ELT_POW, 2.0F, 0}, {ELT_POW, 3.0F, 0},
    {ELT_MISH, 0, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void build_function(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(pick(r, 1, 40), pick(r, 1, 70));
    int x = add_input(p, s);
    struct prim_eltwise e = functions[which % FUNCTIONS];
    if (e.f == ELT_RECIPROCAL) /* away from zero */
        x = ADD(p, ELT(ELT_EXP), s, x);
    struct prim f = {.kind = &prim_eltwise, .eltwise = e};
    OUTPUTS(p, ADD(p, f, s, x));
}

Test(functions, random_shapes)
{
    for (int i = 0; i < 5 * FUNCTIONS; i++)
        compare(build_function, i, ENGINE_FAST, 2e-5);
}

/* All over the range, and at its ends. */
Test(functions, own_ones_are_close)
{
    for (int k = 0; k < FUNCTIONS; k++) {
        const struct prim_eltwise *e = &functions[k];
        if (!own_maps(e) || e->f == ELT_POW)
            continue;
        for (float from = -20.0F; from < 20.0F; from += 0.37F) {
            float x[5], got[5], want[5];
            struct slot slots[2] = {{.shape = SHAPE(5)},
                                    {.shape = SHAPE(5)}};
            struct prim p = {.eltwise = *e, .out = 1};
            for (int i = 0; i < 5; i++)
                x[i] = from + 0.07F * (float)i;
            own_map()(e, x, got, 5);
            prim_eltwise.run(&p, slots, (const float *[]){x}, want);
            for (int i = 0; i < 5; i++)
                cr_assert(fabsf(got[i] - want[i]) <=
                              2e-6F * (1.0F + fabsf(want[i])),
                          "function %d of %g is %.8g, not %.8g", (int)e->f,
                          (double)x[i], (double)got[i], (double)want[i]);
        }
    }
}

/* --- two operands ---------------------------------------------------- */

/* Every axis of either operand may be 1, or absent in front. */
static struct shape narrowed(struct rng *r, const struct shape *o)
{
    struct shape s = {.rank = 0};
    int skip = (int)pick(r, 0, o->rank - 1);
    for (int i = skip; i < o->rank; i++)
        s.dims[s.rank++] = pick(r, 0, 2) == 0 ? 1 : o->dims[i];
    return s;
}

static void build_broadcast(struct program *p, struct rng *r, int which)
{
    static const enum binary all[] = {BIN_ADD, BIN_SUB, BIN_MUL, BIN_DIV,
                                      BIN_MAX, BIN_MIN, BIN_PRELU, BIN_POW};
    struct shape o = SHAPE(pick(r, 1, 3), pick(r, 1, 4), pick(r, 1, 3),
                           pick(r, 1, 40));
    struct shape a = narrowed(r, &o), b = narrowed(r, &o), both;
    cr_assert_eq(shape_broadcast(&both, &a, &b, NULL), 0);
    int x = add_input(p, a), y = add_input(p, b);
    enum binary f = all[which % 8];
    if (f == BIN_DIV || f == BIN_POW) { /* away from zero */
        x = ADD(p, ELT(ELT_EXP), a, x);
        y = ADD(p, ELT(ELT_EXP), b, y);
    }
    int z = ADD(p, BIN(f), both, x, y);
    OUTPUTS(p, which % 3 ? z : ADD(p, ELT(ELT_TANH), both, z));
}

Test(functions, two_operands)
{
    for (int i = 0; i < 200; i++)
        compare(build_broadcast, i, ENGINE_FAST, 2e-5);
}

/* --- written out ----------------------------------------------------- */

/* As PyTorch's exporter writes it; variants of the square, of the division,
 * and with or without scale and shift. */
static void build_written_norm(struct program *p, struct rng *r, int which)
{
    int64_t n = pick(r, 2, 40);
    struct shape s = SHAPE(2, 5, n), one = SHAPE(2, 5, 1);
    struct prim mean = {.kind = &prim_reduce, .reduce = {RED_MEAN, 4U}};
    int x = add_input(p, s);
    int d = ADD(p, BIN(BIN_SUB), s, x, ADD(p, mean, one, x));
    int again = which % 4 == 1
                    ? ADD(p, BIN(BIN_SUB), s, x, ADD(p, mean, one, x))
                    : d;
    int square = which % 2 ? ADD(p, BIN(BIN_MUL), s, d, d)
                           : ADD(p, ELT(ELT_POW, 2.0F), s, d);
    int v = ADD(p, BIN(BIN_ADD), one, ADD(p, mean, one, square),
                number(p, 1e-5F));
    int root = which % 5 == 0 ? ADD(p, ELT(ELT_POW, 0.5F), one, v)
                              : ADD(p, ELT(ELT_SQRT), one, v);
    int y = which % 3 == 0
                ? ADD(p, BIN(BIN_MUL), s, again,
                      ADD(p, ELT(ELT_RECIPROCAL), one, root))
                : ADD(p, BIN(BIN_DIV), s, again, root);
    if (which % 7 != 6)
        y = ADD(p, BIN(BIN_MUL), s, y, add_random(p, SHAPE(n), r, 1.0F));
    OUTPUTS(p, ADD(p, BIN(BIN_ADD), s, add_random(p, SHAPE(n), r, 1.0F), y));
}

Test(forms, written_out_layernorm)
{
    for (int i = 0; i < 40; i++) {
        cr_expect_eq(left(build_written_norm, i, NULL), 1,
                     "case %d: %d primitives", i,
                     left(build_written_norm, i, NULL));
        compare(build_written_norm, i, ENGINE_FAST, 2e-5);
    }
}

/* A mean over other axes than the deviation's is no LayerNorm. */
static void build_near_norm(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, 5, 7), one = SHAPE(3, 5, 1);
    struct prim mean = {.kind = &prim_reduce, .reduce = {RED_MEAN, 4U}};
    struct prim other = {.kind = &prim_reduce, .reduce = {RED_MEAN, 2U}};
    (void)r;
    int x = add_input(p, s), y = add_input(p, s);
    int d = which == 0
                ? ADD(p, BIN(BIN_SUB), s, x,
                      ADD(p, other, SHAPE(3, 1, 7), x))
                : ADD(p, BIN(BIN_SUB), s, x, ADD(p, mean, one, y));
    int v = ADD(p, BIN(BIN_ADD), one,
                ADD(p, mean, one, ADD(p, ELT(ELT_POW, 2.0F), s, d)),
                number(p, 1e-5F));
    OUTPUTS(p, ADD(p, BIN(BIN_DIV), s, d, ADD(p, ELT(ELT_SQRT), one, v)));
}

Test(forms, what_only_looks_like_layernorm)
{
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(left(build_near_norm, i, &prim_layernorm), 0);
        compare(build_near_norm, i, ENGINE_FAST, 2e-5);
    }
}

static int erf_gate(struct program *p, struct shape s, int x, int which)
{
    int scaled = which % 2 ? ADD(p, BIN(BIN_DIV), s, x,
                                 number(p, 1.41421356F))
                           : ADD(p, BIN(BIN_MUL), s, number(p, 0.70710678F),
                                 x);
    int e = ADD(p, ELT(ELT_ERF), s, scaled);
    return ADD(p, BIN(BIN_ADD), s, e, number(p, 1.0F));
}

static void build_gelu(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, pick(r, 1, 40));
    int half = number(p, 0.5F);
    int x = ADD(p, MATMUL, s, add_input(p, SHAPE(3, 8)),
                add_random(p, SHAPE(8, s.dims[1]), r, 1.0F));
    int gate = erf_gate(p, s, x, which), y;
    if (which % 3 == 0)
        y = ADD(p, BIN(BIN_MUL), s, ADD(p, BIN(BIN_MUL), s, x, gate), half);
    else if (which % 3 == 1)
        y = ADD(p, BIN(BIN_MUL), s, ADD(p, BIN(BIN_MUL), s, x, half), gate);
    else
        y = ADD(p, BIN(BIN_MUL), s, ADD(p, BIN(BIN_MUL), s, gate, half), x);
    OUTPUTS(p, y);
}

Test(forms, written_out_gelu)
{
    for (int i = 0; i < 12; i++) {
        cr_expect_eq(left(build_gelu, i, NULL), 1, "case %d", i);
        compare(build_gelu, i, ENGINE_FAST, 2e-5);
    }
}

static void build_gelu_tanh(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, pick(r, 1, 40));
    int x = add_input(p, s);
    int cube = which % 2 ? ADD(p, ELT(ELT_POW, 3.0F), s, x)
                         : ADD(p, BIN(BIN_MUL), s, x,
                               ADD(p, BIN(BIN_MUL), s, x, x));
    int sum = ADD(p, BIN(BIN_ADD), s, x,
                  ADD(p, BIN(BIN_MUL), s, cube, number(p, 0.044715F)));
    int t = ADD(p, ELT(ELT_TANH), s,
                ADD(p, BIN(BIN_MUL), s, sum, number(p, 0.7978846F)));
    int gate = ADD(p, BIN(BIN_ADD), s, t, number(p, 1.0F));
    int halved = ADD(p, BIN(BIN_MUL), s, x, number(p, 0.5F));
    OUTPUTS(p, ADD(p, BIN(BIN_MUL), s, halved, gate));
}

static void build_hard_swish(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, pick(r, 1, 40));
    int x = add_input(p, s);
    int gate = ADD(p, ELT(ELT_CLIP, 0.0F, 6.0F), s,
                   ADD(p, BIN(BIN_ADD), s, x, number(p, 3.0F)));
    if (which % 2)
        OUTPUTS(p, ADD(p, BIN(BIN_DIV), s, ADD(p, BIN(BIN_MUL), s, x, gate),
                       number(p, 6.0F)));
    else
        OUTPUTS(p, ADD(p, BIN(BIN_MUL), s, x,
                       ADD(p, BIN(BIN_DIV), s, gate, number(p, 6.0F))));
}

static void build_mish(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, pick(r, 1, 40));
    int x = add_input(p, s);
    (void)which;
    int t = ADD(p, ELT(ELT_TANH), s, ADD(p, ELT(ELT_SOFTPLUS), s, x));
    OUTPUTS(p, ADD(p, BIN(BIN_MUL), s, t, x));
}

Test(forms, other_gates)
{
    static build_f *const builds[] = {build_gelu_tanh, build_hard_swish,
                                      build_mish};
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 6; i++) {
            cr_expect_eq(left(builds[k], i, NULL), 1, "form %d case %d", k,
                         i);
            compare(builds[k], i, ENGINE_FAST, 2e-5);
        }
}

/* A gate of something else, and one whose numbers are wrong, stay. */
static void build_no_gelu(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(3, 17);
    (void)r;
    int x = add_input(p, s), y = which == 0 ? add_input(p, s) : x;
    int e = ADD(p, ELT(ELT_ERF), s,
                ADD(p, BIN(BIN_MUL), s, x,
                    number(p, which == 1 ? 0.8F : 0.70710678F)));
    int gate = ADD(p, BIN(BIN_ADD), s, e,
                   number(p, which == 2 ? 2.0F : 1.0F));
    OUTPUTS(p, ADD(p, BIN(BIN_MUL), s, y, gate));
}

Test(forms, what_only_looks_like_gelu)
{
    for (int i = 0; i < 3; i++)
        compare(build_no_gelu, i, ENGINE_FAST, 2e-5);
}

/* --- sums within products -------------------------------------------- */

static void build_residual(struct program *p, struct rng *r, int which)
{
    int64_t n = pick(r, 1, 40);
    struct shape s = SHAPE(2, 3, n);
    struct prim norm = {.kind = &prim_layernorm, .layernorm = {2, 1e-5F}};
    int x = add_input(p, s);
    int h = which % 3 == 0 ? x : ADD(p, ELT(ELT_TANH), s, x);
    int y = ADD(p, MATMUL, s, which % 2 ? h : ADD(p, norm, s, h),
                add_random(p, SHAPE(n, n), r, 0.3F),
                add_random(p, SHAPE(n), r, 0.3F));
    int sum = ADD(p, BIN(BIN_ADD), s, h, y);
    int out = ADD(p, ELT(ELT_RELU), s, sum);
    if (which % 5 == 0)
        OUTPUTS(p, out, h);
    else
        OUTPUTS(p, out);
}

Test(forms, residual_into_product)
{
    for (int i = 0; i < 30; i++)
        compare(build_residual, i, ENGINE_FAST, 2e-5);
}

/* A few rows by large weights, either way round; and one row, many rows. */
static void build_few_rows(struct program *p, struct rng *r, int which)
{
    static const int64_t rows[] = {1, 2, 5, 7, 16, 40};
    int64_t m = rows[which % 6], k = 513, n = 520 + which % 3;
    struct prim f = MATMUL;
    f.matmul.trans_b = which % 2;
    int x = add_input(p, SHAPE(m, k));
    int w = add_random(p, which % 2 ? SHAPE(n, k) : SHAPE(k, n), r, 0.1F);
    int y = which % 4 ? ADD(p, f, SHAPE(m, n), x, w,
                            add_random(p, SHAPE(n), r, 1.0F))
                      : ADD(p, f, SHAPE(m, n), x, w);
    if (which % 5 == 0)
        y = ADD(p, BIN(BIN_ADD), SHAPE(m, n), y,
                add_input(p, SHAPE(m, n)));
    OUTPUTS(p, ADD(p, ELT(ELT_RELU), SHAPE(m, n), y));
}

Test(forms, few_rows_by_large_weights)
{
    for (int i = 0; i < 24; i++)
        compare(build_few_rows, i, ENGINE_FAST, 2e-5);
}

/* --- memory runs short ----------------------------------------------- */

Test(forms, memory_runs_short)
{
    static build_f *const builds[] = {build_written_norm, build_gelu,
                                      build_gelu_tanh};
    for (int k = 0; k < 3; k++)
        for (int64_t fail = 0;; fail++) {
            struct rng r;
            struct engine *e = NULL;
            struct program *p = new_program();
            rng_init(&r, 1);
            builds[k](p, &r, k);
            mem_fail_after(fail);
            int code = engine_open_program(&e, p, OPTIONS(ENGINE_FAST),
                                           NULL);
            mem_fail_after(-1);
            if (code == 0) {
                engine_close(e);
                break;
            }
            cr_assert_eq(code, PRUNE_E_MEMORY);
        }
}

/* What passes make of small programs: fewer primitives, the same numbers. */
#include "engine/passes.h"

#include "programs.h"

#define CONV3                                                                 \
    PRIM(.kind = &prim_conv,                                                  \
         .conv = {.space = 2, .stride = {1, 1}, .dilation = {1, 1},           \
                  .pad_low = {1, 1}, .pad_high = {1, 1}, .groups = 1})
#define ELT(name) PRIM(.kind = &prim_eltwise, .eltwise = {.f = (name)})
#define BIN(name) PRIM(.kind = &prim_binary, .binary = {name})

static struct rng seeded(void)
{
    struct rng r;
    rng_init(&r, 7);
    return r;
}

static void run_passes(struct program *p)
{
    struct prune_error err = {0};
    cr_assert_eq(passes_run(p, &err), 0, "%s", err.text);
}

/* How many primitives of a kind there are. */
static int count(const struct program *p, const struct prim_kind *kind)
{
    int n = 0;
    for (int i = 0; i < p->n_prims; i++)
        n += p->prims[i].kind == kind;
    return n;
}

/* --- a residual block with everything in it -------------------------- */

static int conv3(struct program *p, struct rng *r, int x, int64_t c)
{
    return ADD(p, CONV3, SHAPE(2, c, 9, 9), x,
               add_random(p, SHAPE(c, c, 3, 3), r, 0.1F));
}

static int norm(struct program *p, struct rng *r, int x, int64_t c)
{
    return ADD(p, PRIM(.kind = &prim_affine), SHAPE(2, c, 9, 9), x,
               add_random(p, SHAPE(c), r, 1.0F),
               add_random(p, SHAPE(c), r, 1.0F));
}

static int block(struct program *p, struct rng *r, int x, int64_t c)
{
    struct shape s = SHAPE(2, c, 9, 9);
    int a = ADD(p, ELT(ELT_RELU), s, norm(p, r, conv3(p, r, x, c), c));
    int b = norm(p, r, conv3(p, r, a, c), c);
    return ADD(p, ELT(ELT_RELU), s, ADD(p, BIN(BIN_ADD), s, b, x));
}

static void build_blocks(struct program *p, struct rng *r, int which)
{
    int64_t c = which % 2 ? 16 : 19;
    int x = add_input(p, SHAPE(2, c, 9, 9));
    int y = block(p, r, block(p, r, x, c), c);
    OUTPUTS(p, y);
}

Test(passes, a_residual_block_is_two_convolutions)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_blocks(p, &r, 0);
    run_passes(p);
    cr_expect_eq(p->n_prims, 4);
    cr_expect_eq(count(p, &prim_conv), 4);
    cr_expect_eq(p->prims[0].n_posts, 1);
    cr_expect_eq(p->prims[1].n_posts, 2);
    cr_expect(p->prims[1].posts[0].is_sum);
    program_free(p);
    for (int i = 0; i < 2; i++) {
        compare(build_blocks, i, ENGINE_FAST, 2e-5);
        compare(build_blocks, i, ENGINE_TIMED, 2e-5);
    }
}

/* The first block's sum and the second's normalisation input are tapped. */
static void build_tapped(struct program *p, struct rng *r, int which)
{
    int64_t c = 16;
    struct shape s = SHAPE(2, c, 9, 9);
    (void)which;
    int x = add_input(p, s);
    int raw = conv3(p, r, x, c);
    int sum = ADD(p, BIN(BIN_ADD), s, norm(p, r, raw, c), x);
    int a = ADD(p, ELT(ELT_RELU), s, sum);
    OUTPUTS(p, block(p, r, a, c));
    TAPS(p, raw, sum, a, x);
}

Test(passes, tapped_values_stay_readable)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_tapped(p, &r, 0);
    run_passes(p);
    cr_expect_eq(count(p, &prim_affine), 1);
    cr_expect_eq(count(p, &prim_conv), 3);
    program_free(p);
    compare(build_tapped, 0, ENGINE_FAST, 2e-5);
    compare(build_tapped, 0, ENGINE_TIMED, 2e-5);
}

/* A residual that is read again afterwards must not be written over, nor
 * the input of the very convolution that sums. */
static void build_shared_residual(struct program *p, struct rng *r, int which)
{
    int64_t c = 16;
    struct shape s = SHAPE(2, c, 9, 9);
    int x = ADD(p, ELT(ELT_RELU), s, add_input(p, s));
    int a = conv3(p, r, x, c), y;
    if (which == 0) { /* x + conv(x), where x is the summand too */
        y = ADD(p, BIN(BIN_ADD), s, a, x);
    } else { /* x is read once more behind the sum */
        int sum = ADD(p, BIN(BIN_ADD), s, conv3(p, r, a, c), x);
        y = ADD(p, BIN(BIN_MUL), s, sum, x);
    }
    OUTPUTS(p, y);
}

Test(passes, residuals_are_not_written_over_too_early)
{
    for (int i = 0; i < 2; i++)
        compare(build_shared_residual, i, ENGINE_FAST, 2e-5);
}

/* Two convolutions of which neither result is read elsewhere. */
static void build_two_branches(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(2, 16, 9, 9);
    int x = add_input(p, s);
    int a = conv3(p, r, x, 16), b = conv3(p, r, x, 16);
    int y = ADD(p, BIN(BIN_ADD), s, which ? a : b, which ? b : a);
    OUTPUTS(p, ADD(p, ELT(ELT_SIGMOID), s, y));
}

Test(passes, two_branches_meet)
{
    compare(build_two_branches, 0, ENGINE_FAST, 2e-5);
    compare(build_two_branches, 1, ENGINE_FAST, 2e-5);
}

/* --- every function behind every kind -------------------------------- */

static void build_chain(struct program *p, struct rng *r, int which)
{
    enum eltwise f = (enum eltwise)(which % ELT_GELU);
    struct shape s = SHAPE(2, 19, 9, 9);
    struct prim e = ELT(f);
    e.eltwise.alpha = 0.3F;
    e.eltwise.beta = 0.7F;
    int x = add_input(p, s), y;
    switch (which / ELT_GELU) {
    case 0:
        y = conv3(p, r, x, 19);
        break;
    case 1:
        y = norm(p, r, x, 19);
        break;
    default:
        y = ADD(p, BIN(BIN_MUL), s, x,
                add_random(p, SHAPE(19, 1, 1), r, 1.0F));
        break;
    }
    if (f == ELT_SQRT)
        y = ADD(p, ELT(ELT_RELU), s, y);
    y = ADD(p, e, s, y);
    OUTPUTS(p, ADD(p, ELT(ELT_HARDSWISH), s, y));
}

Test(passes, functions_follow_layers, .timeout = 120)
{
    for (int i = 0; i < 3 * ELT_GELU; i++)
        compare(build_chain, i, ENGINE_FAST, 5e-5);
}

/* --- the single passes ----------------------------------------------- */

static void build_gate(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(2, 16, 9, 9);
    struct prim e = ELT(which % 2 ? ELT_SIGMOID : ELT_HARDSIGMOID);
    e.eltwise.alpha = which % 4 == 2 ? 0.2F : 1.0F / 6.0F;
    e.eltwise.beta = 0.5F;
    int y = conv3(p, r, add_input(p, s), 16);
    int gate = ADD(p, e, s, y);
    OUTPUTS(p, ADD(p, BIN(BIN_MUL), s, which < 4 ? y : gate,
                   which < 4 ? gate : y));
}

Test(passes, gates_become_one_function)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_gate(p, &r, 1);
    run_passes(p);
    cr_expect_eq(p->n_prims, 1);
    cr_expect_eq(p->prims[0].posts[0].eltwise.f, ELT_SWISH);
    program_free(p);
    for (int i = 0; i < 8; i++)
        compare(build_gate, i, ENGINE_FAST, 2e-5);
}

static void build_padded(struct program *p, struct rng *r, int which)
{
    struct prim pad = {.kind = &prim_pad,
                       .pad = {.low = {0, 0, 1, 2}, .high = {0, 0, 0, 3}}};
    struct prim conv = CONV3;
    if (which == 1)
        pad.pad.value = 1.0F;
    int x = add_input(p, SHAPE(2, 8, 9, 9));
    int y = ADD(p, pad, SHAPE(2, 8, 10, 14), x);
    OUTPUTS(p, ADD(p, conv, SHAPE(2, 8, 10, 14), y,
                   add_random(p, SHAPE(8, 8, 3, 3), r, 0.2F)));
}

Test(passes, zero_padding_joins_the_convolution)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_padded(p, &r, 0);
    run_passes(p);
    cr_expect_eq(p->n_prims, 1);
    cr_expect_eq(p->prims[0].conv.pad_high[1], 4);
    program_free(p);
    for (int i = 0; i < 2; i++)
        compare(build_padded, i, ENGINE_FAST, 2e-5);
}

static void build_dense(struct program *p, struct rng *r, int which)
{
    int tb = which % 2;
    struct prim m = {.kind = &prim_matmul,
                     .matmul = {0, tb, which % 3 ? 0.5F : 1.0F, 2.0F}};
    int x = add_input(p, SHAPE(3, 12));
    int w = add_random(p, tb ? SHAPE(7, 12) : SHAPE(12, 7), r, 0.5F), y;
    if (which % 4 < 2) {
        y = ADD(p, m, SHAPE(3, 7), x, w);
        y = ADD(p, BIN(BIN_ADD), SHAPE(3, 7), y,
                add_random(p, SHAPE(7), r, 1.0F));
    } else {
        y = ADD(p, m, SHAPE(3, 7), x, w, add_random(p, SHAPE(7), r, 1.0F));
    }
    y = ADD(p, PRIM(.kind = &prim_affine), SHAPE(3, 7), y,
            add_random(p, SHAPE(7), r, 1.0F),
            add_random(p, SHAPE(7), r, 1.0F));
    OUTPUTS(p, ADD(p, ELT(ELT_RELU), SHAPE(3, 7), y));
}

Test(passes, a_dense_layer_takes_scale_sum_and_function)
{
    for (int i = 0; i < 12; i++) {
        struct rng r = seeded();
        struct program *p = new_program();
        build_dense(p, &r, i);
        run_passes(p);
        cr_expect_eq(p->n_prims, 1);
        cr_expect_float_eq(p->prims[0].matmul.alpha, 1.0F, 0.0F);
        program_free(p);
        compare(build_dense, i, ENGINE_FAST, 2e-5);
    }
}

/* A sum that is no bias: one number a row, not a column. */
static void build_row_sum(struct program *p, struct rng *r, int which)
{
    struct prim m = {.kind = &prim_matmul, .matmul = {0, 0, 1.0F, 1.0F}};
    (void)which;
    int y = ADD(p, m, SHAPE(7, 7), add_input(p, SHAPE(7, 12)),
                add_random(p, SHAPE(12, 7), r, 0.5F));
    OUTPUTS(p, ADD(p, BIN(BIN_ADD), SHAPE(7, 7), y,
                   add_random(p, SHAPE(7, 1), r, 1.0F)));
}

Test(passes, a_column_is_no_bias)
{
    compare(build_row_sum, 0, ENGINE_FAST, 2e-5);
}

/* Constants are computed, and identities vanish, up to the outputs. */
static void build_constant(struct program *p, struct rng *r, int which)
{
    (void)which;
    int w = add_random(p, SHAPE(4, 6), r, 1.0F);
    int t = ADD(p, PRIM(.kind = &prim_transpose, .transpose = {{1, 0}}),
                SHAPE(6, 4), w);
    int x = add_input(p, SHAPE(6, 4));
    int same = ADD(p, PRIM(.kind = &prim_pad), SHAPE(6, 4), x);
    int view = ADD(p, PRIM(.kind = &prim_view), SHAPE(6, 4), same);
    int dead = ADD(p, ELT(ELT_EXP), SHAPE(6, 4), view);
    (void)dead;
    int y = ADD(p, BIN(BIN_MUL), SHAPE(6, 4), view, t);
    OUTPUTS(p, y, view, t);
    TAPS(p, t, x);
}

Test(passes, constants_identities_and_dead_ends)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_constant(p, &r, 0);
    run_passes(p);
    cr_expect_eq(p->n_prims, 1);
    program_free(p);
    compare(build_constant, 0, ENGINE_FAST, 2e-5);
}

/* --- properties of engines ------------------------------------------- */

static struct engine *open_blocks(enum engine_kind kind)
{
    struct rng r = seeded();
    struct program *p = new_program();
    build_blocks(p, &r, 1);
    return open_program(p, kind);
}

Test(engine, fast_is_the_same_to_the_bit)
{
    struct engine *a = open_blocks(ENGINE_FAST);
    struct engine *b = open_blocks(ENGINE_FAST);
    float x[2 * 16 * 81];
    size_t size = sizeof x;
    for (size_t i = 0; i < size / sizeof *x; i++)
        x[i] = (float)(i % 13) - 6.0F;
    const float *inputs[] = {x};
    for (int round = 0; round < 3; round++) {
        engine_poison(a);
        run_engine(a, inputs);
        run_engine(b, inputs);
        cr_expect_eq(memcmp(engine_output(a, 0), engine_output(b, 0), size),
                     0);
    }
    engine_close(a);
    engine_close(b);
}

Test(engine, kernels_have_names_and_fused_nodes_none)
{
    struct engine *e = open_blocks(ENGINE_FAST);
    cr_expect(strncmp(engine_kernel(e, 0), "dnnl:", 5) == 0);
    cr_expect_str_eq(engine_kernel(e, 1), "");
    cr_expect_str_eq(engine_kernel(e, 2), "");
    cr_expect_str_eq(engine_kernel(e, -1), "");
    cr_expect_str_eq(engine_kernel(e, 1000), "");
    cr_expect_gt(engine_memory(e), 2U * 16 * 81 * 4);
    engine_close(e);
    e = open_blocks(ENGINE_PLAIN);
    cr_expect_str_eq(engine_kernel(e, 1), "plain");
    engine_close(e);
}

/* Memory is shared between steps: a long chain needs no more than a short
 * one. */
Test(engine, memory_does_not_grow_with_depth)
{
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        struct rng r = seeded();
        struct program *p = new_program();
        int x = add_input(p, SHAPE(2, 16, 9, 9));
        for (int k = 0; k < (i == 0 ? 3 : 12); k++)
            x = ADD(p, ELT(ELT_TANH), SHAPE(2, 16, 9, 9),
                    conv3(p, &r, x, 16));
        OUTPUTS(p, x);
        struct engine *e = open_program(p, ENGINE_PLAIN);
        sizes[i] = engine_memory(e);
        engine_close(e);
    }
    cr_expect_eq(sizes[0], sizes[1]);
}

/* Each allocation fails in its turn; nothing leaks, nothing breaks. */
static void sweep(build_f *build, int which, enum engine_kind kind)
{
    int opened = 0;
    for (long n = 0; n < 5000 && !opened; n++) {
        struct rng r = seeded();
        struct prune_error err = {0};
        struct engine *e = NULL;
        struct program *p = new_program();
        build(p, &r, which);
        mem_fail_after(n);
        int code = engine_open_program(&e, p, OPTIONS(kind), &err);
        int failed = mem_failed();
        mem_fail_after(-1);
        if (code == 0) {
            cr_assert(!failed, "allocation %ld failed unnoticed", n);
            opened = 1;
        } else {
            cr_assert(failed && code == PRUNE_E_MEMORY, "%ld: %s", n,
                      err.text);
            cr_assert_null(e);
        }
        engine_close(e);
    }
    cr_assert(opened);
}

static void build_all_sorts(struct program *p, struct rng *r, int which)
{
    struct shape s = SHAPE(2, 19, 9, 9);
    build_tapped(p, r, which);
    int x = add_input(p, s);
    int y = norm(p, r, x, 19);
    y = ADD(p, PRIM(.kind = &prim_concat, .concat = {1}),
            SHAPE(2, 38, 9, 9), y, x);
    int mean = ADD(p, PRIM(.kind = &prim_reduce, .reduce = {RED_MEAN, 12}),
                   SHAPE(2, 38), y);
    y = ADD(p,
            PRIM(.kind = &prim_matmul, .matmul = {0, 0, 0.5F, 1.0F}),
            SHAPE(2, 5), mean, add_random(p, SHAPE(38, 5), r, 1.0F));
    y = ADD(p, ELT(ELT_ERF), SHAPE(2, 5), y);
    y = ADD(p, PRIM(.kind = &prim_softmax, .softmax = {1, 0}), SHAPE(2, 5),
            y);
    OUTPUTS(p, p->outputs[0], y);
}

Test(engine, every_allocation_may_fail, .timeout = 300)
{
    compare(build_all_sorts, 0, ENGINE_FAST, 2e-5);
    sweep(build_all_sorts, 0, ENGINE_PLAIN);
    sweep(build_all_sorts, 0, ENGINE_FAST);
}

Test(engine, every_allocation_may_fail_while_timing, .timeout = 300)
{
    sweep(build_gate, 0, ENGINE_TIMED);
}

Test(engine, two_threads_give_the_same_numbers)
{
    struct prune_error err = {0};
    struct engine_options o = {.kind = ENGINE_FAST, .threads = 2};
    struct rng r = seeded();
    struct program *p = new_program();
    struct engine *two = NULL, *one = open_blocks(ENGINE_FAST);
    build_blocks(p, &r, 1);
    cr_assert_eq(engine_open_program(&two, p, &o, &err), 0, "%s", err.text);
    float x[2 * 16 * 81];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)(i % 13) - 6.0F;
    const float *inputs[] = {x};
    run_engine(one, inputs);
    run_engine(two, inputs);
    cr_expect_leq(difference(engine_output(two, 0), engine_output(one, 0),
                             2 * 16 * 81),
                  1e-5);
    engine_close(one);
    engine_close(two);
}

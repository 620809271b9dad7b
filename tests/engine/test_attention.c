/* Attention as one primitive: its kernels, and that it is found however the
 * heads were split. covers: engine/prim_attention engine/passes_attention */
#include "engine/passes.h"
#include "programs.h"

#define BIN(name) PRIM(.kind = &prim_binary, .binary = {name})
#define VIEW PRIM(.kind = &prim_view)
#define TURN(...) PRIM(.kind = &prim_transpose, .transpose = {{__VA_ARGS__}})
#define MATMUL(b)                                                             \
    PRIM(.kind = &prim_matmul,                                                \
         .matmul = {.trans_b = (b), .alpha = 1.0F, .beta = 1.0F})
#define SOFTMAX(a) PRIM(.kind = &prim_softmax, .softmax = {(a), 0})

static int64_t pick(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint32_t)(high - low + 1));
}

static int number(struct program *p, float x)
{
    return add_constant(p, SHAPE(1), &x);
}

static int attentions(build_f *build, int which)
{
    struct prune_error err = {0};
    struct program *p = new_program();
    struct rng r;
    int n = 0;
    rng_init(&r, (uint64_t)which + 1);
    build(p, &r, which);
    cr_assert_eq(passes_run(p, &err), 0, "%s", err.text);
    for (int i = 0; i < p->n_prims; i++) {
        n += p->prims[i].kind == &prim_attention;
        cr_expect_neq(p->prims[i].kind, &prim_transpose,
                      "case %d: a transposition is left", which);
    }
    program_free(p);
    return n;
}

/* --- the primitive --------------------------------------------------- */

static struct prim_view4 lie(int64_t heads, int64_t rows, int64_t width,
                             int order)
{
    if (order == 0) /* [batch, head, row, place] */
        return (struct prim_view4){
            0, {heads * rows * width, rows * width, width, 1}};
    if (order == 1) /* [batch, row, head, place] */
        return (struct prim_view4){
            0, {heads * rows * width, width, heads * width, 1}};
    return (struct prim_view4){ /* [batch, head, place, row] */
        0, {heads * rows * width, rows * width, 1, rows}};
}

static void build_prim(struct program *p, struct rng *r, int which)
{
    int64_t b = pick(r, 1, 2), h = pick(r, 1, 3), d = pick(r, 1, 40);
    int64_t n = pick(r, 1, 70), m = which % 3 ? n : pick(r, 1, 100);
    int64_t e = which % 4 ? d : pick(r, 1, 80);
    struct prim a = {.kind = &prim_attention,
                     .attention = {.alpha = 0.3F, .merged = which % 2,
                                   .batch = b, .heads = h, .rows = n,
                                   .columns = m, .width = d,
                                   .value_width = e,
                                   .q = lie(h, n, d, which % 3),
                                   .k = lie(h, m, d, which / 2 % 3),
                                   .v = lie(h, m, e, which / 3 % 3)}};
    struct shape o = which % 2 ? SHAPE(b, n, h * e) : SHAPE(b, h, n, e);
    int q = add_input(p, SHAPE(b * h * n * d));
    int k = add_input(p, SHAPE(b * h * m * d));
    int v = add_input(p, SHAPE(b * h * m * e));
    if (which % 5 == 0)
        OUTPUTS(p, ADD(p, a, o, q, k, v));
    else if (which % 5 == 1)
        OUTPUTS(p, ADD(p, a, o, q, k, v, add_input(p, SHAPE(n, m))));
    else
        OUTPUTS(p, ADD(p, a, o, q, k, v, add_input(p, SHAPE(b, 1, 1, m))));
}

Test(attention, random_shapes)
{
    for (int i = 0; i < 90; i++)
        compare(build_prim, i, ENGINE_FAST, 2e-5);
}

Test(attention, by_hand)
{
    /* One head of two rows: the first looks at both columns alike, the
     * second only at the last one. */
    struct prim a = {.kind = &prim_attention,
                     .attention = {.alpha = 1.0F, .batch = 1, .heads = 1,
                                   .rows = 2, .columns = 2, .width = 1,
                                   .value_width = 1,
                                   .q = {0, {2, 2, 1, 1}},
                                   .k = {0, {2, 2, 1, 1}},
                                   .v = {0, {2, 2, 1, 1}}}};
    const float q[] = {0, 100}, k[] = {1, 2}, v[] = {10, 30};
    const float want[] = {20, 30};
    CHECK_PRIM(a, SHAPE(1, 1, 2, 1), want, {SHAPE(2), q}, {SHAPE(2), k},
               {SHAPE(2), v});
}

Test(attention, what_does_not_fit_is_refused)
{
    struct prim a = {.kind = &prim_attention,
                     .attention = {.alpha = 1.0F, .batch = 1, .heads = 1,
                                   .rows = 2, .columns = 3, .width = 4,
                                   .value_width = 5,
                                   .q = lie(1, 2, 4, 0),
                                   .k = lie(1, 3, 4, 0),
                                   .v = lie(1, 3, 5, 0)}};
    struct program *p = new_program();
    struct shape o = SHAPE(1, 1, 2, 5);
    int q = add_input(p, SHAPE(8)), k = add_input(p, SHAPE(12));
    int v = add_input(p, SHAPE(15)), mask = add_input(p, SHAPE(2, 4));
    int out = program_slot(p, &o, NULL);
    cr_expect_eq(program_add(p, a, (int[]){k, k, v}, 3, out, NULL), 0);
    cr_expect_eq(program_add(p, a, (int[]){q, q, v}, 3, out, NULL),
                 PRUNE_E_INPUT);
    cr_expect_eq(program_add(p, a, (int[]){q, k, v, mask}, 4, out, NULL),
                 PRUNE_E_INPUT);
    a.attention.k.step[2] = INT64_MAX;
    cr_expect_eq(program_add(p, a, (int[]){q, k, v}, 3, out, NULL),
                 PRUNE_E_INPUT);
    a.attention.k.step[2] = -4;
    cr_expect_eq(program_add(p, a, (int[]){q, k, v}, 3, out, NULL),
                 PRUNE_E_INPUT);
    program_free(p);
}

/* --- as exporters write it ------------------------------------------- */

/* Three products, heads split and turned one by one. */
static void build_three(struct program *p, struct rng *r, int which)
{
    int64_t b = pick(r, 1, 2), t = pick(r, 1, 20), h = pick(r, 1, 4);
    int64_t d = pick(r, 2, 9), w = h * d;
    struct shape x = SHAPE(b, t, w), split = SHAPE(b, t, h, d);
    struct shape heads = SHAPE(b, h, t, d), scores = SHAPE(b, h, t, t);
    int in = add_input(p, x), part[3];
    for (int i = 0; i < 3; i++) {
        int y = ADD(p, MATMUL(0), x, in,
                    add_random(p, SHAPE(w, w), r, 0.3F));
        y = ADD(p, VIEW, split, y);
        part[i] = i == 1 && which % 2
                      ? ADD(p, TURN(0, 2, 3, 1), SHAPE(b, h, d, t), y)
                      : ADD(p, TURN(0, 2, 1, 3), heads, y);
    }
    if (which % 3 == 1)
        part[0] = ADD(p, BIN(BIN_MUL), heads, part[0], number(p, 0.7F));
    int s = ADD(p, MATMUL(which % 2 == 0), scores, part[0], part[1]);
    if (which % 3 != 1)
        s = ADD(p, BIN(BIN_DIV), scores, s, number(p, 1.7F));
    if (which % 4 == 3)
        s = ADD(p, BIN(BIN_ADD), scores, add_input(p, SHAPE(b, 1, 1, t)), s);
    if (which % 4 == 2)
        s = ADD(p, BIN(BIN_ADD), scores, s, add_input(p, SHAPE(t, t)));
    int y = ADD(p, MATMUL(0), heads, ADD(p, SOFTMAX(3), scores, s),
                part[2]);
    y = ADD(p, VIEW, x, ADD(p, TURN(0, 2, 1, 3), split, y));
    OUTPUTS(p, ADD(p, MATMUL(0), x, y,
                   add_random(p, SHAPE(w, w), r, 0.3F)));
}

/* One product for all three, turned at once and then cut. */
static void build_cut(struct program *p, struct rng *r, int which)
{
    int64_t b = pick(r, 1, 3), t = pick(r, 1, 20), h = pick(r, 1, 4);
    int64_t d = pick(r, 2, 9), w = h * d;
    struct shape heads = SHAPE(b, h, t, d), scores = SHAPE(b, h, t, t);
    int y = ADD(p, MATMUL(0), SHAPE(b, t, 3 * w),
                add_input(p, SHAPE(b, t, w)),
                add_random(p, SHAPE(w, 3 * w), r, 0.3F));
    int part[3];
    (void)which;
    y = ADD(p, VIEW, SHAPE(b, t, 3, h, d), y);
    y = ADD(p, TURN(2, 0, 3, 1, 4), SHAPE(3, b, h, t, d), y);
    for (int i = 0; i < 3; i++) {
        struct prim cut = {.kind = &prim_slice,
                           .slice = {{i}, {1, 1, 1, 1, 1}}};
        part[i] = ADD(p, VIEW, heads,
                      ADD(p, cut, SHAPE(1, b, h, t, d), y));
    }
    int k = ADD(p, TURN(0, 1, 3, 2), SHAPE(b, h, d, t), part[1]);
    int s = ADD(p, BIN(BIN_MUL), scores,
                ADD(p, MATMUL(0), scores, part[0], k), number(p, 0.4F));
    y = ADD(p, MATMUL(0), heads, ADD(p, SOFTMAX(3), scores, s), part[2]);
    y = ADD(p, TURN(0, 2, 1, 3), SHAPE(b, t, h, d), y);
    OUTPUTS(p, ADD(p, VIEW, SHAPE(b, t, w), y));
}

/* Heads among the batch; the values in a scale of their own. */
static void build_flat(struct program *p, struct rng *r, int which)
{
    int64_t b = pick(r, 1, 4), t = pick(r, 1, 20), d = pick(r, 2, 20);
    struct shape x = SHAPE(b, t, d), scores = SHAPE(b, t, t);
    int q = add_input(p, x), k = add_input(p, x), v = add_input(p, x);
    if (which % 2)
        v = ADD(p, BIN(BIN_MUL), x, v, number(p, 3.0F));
    int s = ADD(p, MATMUL(1), scores, q, k);
    OUTPUTS(p, ADD(p, MATMUL(0), x, ADD(p, SOFTMAX(2), scores, s), v));
}

Test(attention, is_found)
{
    static build_f *const builds[] = {build_three, build_cut, build_flat};
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 24; i++) {
            cr_expect_eq(attentions(builds[k], i), 1, "form %d case %d", k,
                         i);
            compare(builds[k], i, ENGINE_FAST, 2e-5);
        }
}

/* Scores that somebody else reads, and a softmax over another axis. */
static void build_other(struct program *p, struct rng *r, int which)
{
    int64_t t = 6, d = 5;
    struct shape x = SHAPE(2, 3, t, d), scores = SHAPE(2, 3, t, t);
    (void)r;
    int q = add_input(p, x), k = add_input(p, x), v = add_input(p, x);
    int s = ADD(p, MATMUL(1), scores, q, k);
    int w = ADD(p, SOFTMAX(which == 0 ? 2 : 3), scores, s);
    int y = ADD(p, MATMUL(0), x, w, v);
    if (which == 1)
        OUTPUTS(p, y, w);
    else if (which == 2)
        OUTPUTS(p, y, s);
    else
        OUTPUTS(p, y);
}

Test(attention, what_only_looks_like_it)
{
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(attentions(build_other, i), 0, "case %d", i);
        compare(build_other, i, ENGINE_FAST, 2e-5);
    }
}

Test(attention, memory_runs_short)
{
    for (int64_t fail = 0;; fail++) {
        struct rng r;
        struct engine *e = NULL;
        struct program *p = new_program();
        rng_init(&r, 1);
        build_cut(p, &r, 0);
        mem_fail_after(fail);
        int code = engine_open_program(&e, p, OPTIONS(ENGINE_FAST), NULL);
        mem_fail_after(-1);
        if (code == 0) {
            engine_close(e);
            break;
        }
        cr_assert_eq(code, PRUNE_E_MEMORY);
    }
}

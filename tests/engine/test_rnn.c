/* Recurrent layers: the plain ones by hand, the fast ones against them.
 * covers: engine/prim_rnn */
#include "programs.h"

static int64_t pick(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint32_t)(high - low + 1));
}

static int part(struct program *p, int y, struct shape s, int64_t from,
                int64_t n)
{
    struct prim cut = {.kind = &prim_slice,
                       .slice = {{from}, {1, 1, 1}}};
    s.dims[0] = n;
    return ADD(p, cut, s, y);
}

static void build_rnn(struct program *p, struct rng *r, int which)
{
    static const enum rnn cells[] = {RNN_LSTM, RNN_GRU, RNN_TANH, RNN_GRU,
                                     RNN_RELU};
    struct prim_rnn v = {.cell = cells[which % 5], .reverse = which % 2,
                         .linear_before_reset = which % 5 == 1,
                         .hidden = pick(r, 1, 50)};
    int64_t t = pick(r, 1, 9), n = pick(r, 1, 7), i = pick(r, 1, 40);
    int64_t g = prim_rnn_gates(v.cell) * v.hidden;
    struct shape s = SHAPE(t + 1, n, v.hidden);
    struct prim rnn = {.kind = &prim_rnn, .rnn = v};
    int x = add_input(p, SHAPE(t, n, i));
    int w = add_random(p, SHAPE(1, g, i), r, 0.3F);
    int rec = add_random(p, SHAPE(1, g, v.hidden), r, 0.3F);
    int b = which % 3 ? add_random(p, SHAPE(1, 2 * g), r, 0.3F) : -1;
    int h = which % 4 > 1 ? add_input(p, SHAPE(1, n, v.hidden)) : -1;
    int c = which % 4 > 2 ? add_input(p, SHAPE(1, n, v.hidden)) : -1;
    int y = ADD(p, rnn, s, x, w, rec, b, h, c);
    if (v.cell == RNN_LSTM)
        OUTPUTS(p, part(p, y, s, 0, t), part(p, y, s, t, 1));
    else
        OUTPUTS(p, part(p, y, s, 0, t));
}

Test(rnn, random_shapes, .timeout = 120)
{
    for (int i = 0; i < 80; i++)
        compare(build_rnn, i, ENGINE_FAST, 2e-5);
}

/* Weights that are computed: plain C does it. */
static void build_computed(struct program *p, struct rng *r, int which)
{
    struct prim rnn = {.kind = &prim_rnn,
                       .rnn = {.cell = RNN_TANH, .hidden = 3}};
    (void)r;
    (void)which;
    int y = ADD(p, rnn, SHAPE(3, 2, 3), add_input(p, SHAPE(2, 2, 4)),
                add_input(p, SHAPE(3, 4)), add_input(p, SHAPE(3, 3)));
    OUTPUTS(p, part(p, y, SHAPE(3, 2, 3), 0, 2));
}

Test(rnn, computed_weights)
{
    compare(build_computed, 0, ENGINE_FAST, 2e-5);
}

Test(rnn, simple_by_hand)
{
    /* h = relu(2 x + h / 2 + 1), the last row is room */
    struct prim rnn = {.kind = &prim_rnn,
                       .rnn = {.cell = RNN_RELU, .hidden = 1}};
    struct program *p = new_program();
    const float x[] = {1, -3, 2}, w[] = {2}, r[] = {0.5F}, b[] = {0.75F,
                                                                  0.25F};
    const float want[] = {3, 0, 5};
    int y = ADD(p, rnn, SHAPE(4, 1, 1), add_input(p, SHAPE(3, 1, 1)),
                add_constant(p, SHAPE(1, 1), w),
                add_constant(p, SHAPE(1, 1), r),
                add_constant(p, SHAPE(2), b));
    OUTPUTS(p, part(p, y, SHAPE(4, 1, 1), 0, 3));
    struct engine *e = open_program(p, ENGINE_PLAIN);
    run_engine(e, (const float *[]){x});
    expect(e, 0, want, 3);
    engine_close(e);
}

Test(rnn, lstm_by_hand)
{
    /* No weights on x and h, gates by their biases: input and output half
     * open, forget open wide, cell tanh 20 = 1: c = c + 0.5. */
    struct prim rnn = {.kind = &prim_rnn,
                       .rnn = {.cell = RNN_LSTM, .hidden = 1,
                               .reverse = 1}};
    const float x[] = {7, 7}, zeros[4] = {0}, c[] = {1};
    const float b[] = {0, 0, 40, 20, 0, 0, 0, 0};
    const float want[] = {0.5F * 0.96402758F, 0.5F * 0.90514825F, 2.0F};
    CHECK_PRIM(rnn, SHAPE(3, 1, 1), want, {SHAPE(2, 1, 1), x},
               {SHAPE(4, 1), zeros}, {SHAPE(4, 1), zeros}, {SHAPE(8), b},
               {SHAPE(1, 1), zeros}, {SHAPE(1, 1), c});
}

Test(rnn, what_does_not_fit_is_refused)
{
    struct prim rnn = {.kind = &prim_rnn,
                       .rnn = {.cell = RNN_GRU, .hidden = 2}};
    struct program *p = new_program();
    struct shape good = SHAPE(4, 1, 2), short_one = SHAPE(3, 1, 2);
    int x = add_input(p, SHAPE(3, 1, 5)), w = add_input(p, SHAPE(6, 5));
    int r = add_input(p, SHAPE(6, 2)), out = program_slot(p, &good, NULL);
    int less = program_slot(p, &short_one, NULL);
    cr_expect_eq(program_add(p, rnn, (int[]){x, w, r}, 3, less, NULL),
                 PRUNE_E_INPUT);
    cr_expect_eq(program_add(p, rnn, (int[]){x, r, r}, 3, out, NULL),
                 PRUNE_E_INPUT);
    cr_expect_eq(program_add(p, rnn, (int[]){x, w, r, r}, 4, out, NULL),
                 0); /* twelve numbers fit as biases */
    rnn.rnn.cell = RNN_LSTM;
    cr_expect_eq(program_add(p, rnn, (int[]){x, w, r}, 3, out, NULL),
                 PRUNE_E_INPUT);
    program_free(p);
}

Test(rnn, memory_runs_short)
{
    for (int64_t fail = 0;; fail++) {
        struct rng r;
        struct engine *e = NULL;
        struct program *p = new_program();
        rng_init(&r, 1);
        build_rnn(p, &r, 1);
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

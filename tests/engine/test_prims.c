/* The primitives in plain C against numbers worked out by hand.
 * covers: engine/prim_conv engine/prim_matmul engine/prim_pool
 * covers: engine/prim_eltwise engine/prim_binary engine/prim_affine
 * covers: engine/prim_softmax engine/prim_reduce engine/prim_concat
 * covers: engine/prim_pad engine/prim_transpose engine/prim_slice
 * covers: engine/prim_view */
#include "programs.h"

#define F(...) ((const float[]){__VA_ARGS__})

Test(prim_conv, one_channel_by_hand)
{
    /* 3x3 image, 2x2 kernel of ones, bias 0.5 */
    CHECK_PRIM(PRIM(.kind = &prim_conv,
                    .conv = {.space = 2, .stride = {1, 1},
                             .dilation = {1, 1}, .groups = 1}),
               SHAPE(1, 1, 2, 2), F(12.5F, 16.5F, 24.5F, 28.5F),
               {SHAPE(1, 1, 3, 3), F(1, 2, 3, 4, 5, 6, 7, 8, 9)},
               {SHAPE(1, 1, 2, 2), F(1, 1, 1, 1)}, {SHAPE(1), F(0.5F)});
}

Test(prim_conv, stride_padding_and_dilation)
{
    /* 1-d: x 0..6, kernel [1,10], dilation 2, stride 2, pads 1 and 2 */
    CHECK_PRIM(PRIM(.kind = &prim_conv,
                    .conv = {.space = 1, .stride = {2}, .dilation = {2},
                             .pad_low = {1}, .pad_high = {2}, .groups = 1}),
               SHAPE(1, 1, 4), F(20, 42, 64, 6),
               {SHAPE(1, 1, 7), F(1, 2, 3, 4, 5, 6, 7)},
               {SHAPE(1, 1, 2), F(1, 10)});
}

Test(prim_conv, groups_read_their_own_channels)
{
    CHECK_PRIM(PRIM(.kind = &prim_conv,
                    .conv = {.space = 1, .stride = {1}, .dilation = {1},
                             .groups = 2}),
               SHAPE(1, 2, 2), F(2, 4, 15, 18),
               {SHAPE(1, 2, 2), F(1, 2, 5, 6)}, {SHAPE(2, 1, 1), F(2, 3)});
}

Test(prim_conv, three_axes)
{
    CHECK_PRIM(PRIM(.kind = &prim_conv,
                    .conv = {.space = 3, .stride = {1, 1, 1},
                             .dilation = {1, 1, 1}, .groups = 1}),
               SHAPE(1, 1, 1, 1, 2), F(1 + 2 + 5 + 6 + 9 + 10 + 13 + 14,
                                       2 + 3 + 6 + 7 + 10 + 11 + 14 + 15),
               {SHAPE(1, 1, 2, 2, 3),
                F(1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15)},
               {SHAPE(1, 1, 2, 2, 2), F(1, 1, 1, 1, 1, 1, 1, 1)});
}

Test(prim_conv, rows_longer_than_a_tile)
{
    float x[150], want[149];
    for (int i = 0; i < 150; i++)
        x[i] = (float)(i % 7);
    for (int i = 0; i < 149; i++)
        want[i] = x[i] - x[i + 1];
    CHECK_PRIM(PRIM(.kind = &prim_conv,
                    .conv = {.space = 1, .stride = {1}, .dilation = {1},
                             .groups = 1}),
               SHAPE(1, 1, 149), want, {SHAPE(1, 1, 150), x},
               {SHAPE(1, 1, 2), F(1, -1)});
}

Test(prim_matmul, scaled_with_a_bias)
{
    CHECK_PRIM(PRIM(.kind = &prim_matmul,
                    .matmul = {.alpha = 2.0F, .beta = 0.5F}),
               SHAPE(2, 2), F(2 * 22 + 5, 2 * 28 + 10, 2 * 49 + 5,
                              2 * 64 + 10),
               {SHAPE(2, 3), F(1, 2, 3, 4, 5, 6)},
               {SHAPE(3, 2), F(1, 2, 3, 4, 5, 6)}, {SHAPE(2), F(10, 20)});
}

Test(prim_matmul, both_factors_transposed)
{
    CHECK_PRIM(PRIM(.kind = &prim_matmul,
                    .matmul = {.trans_a = 1, .trans_b = 1, .alpha = 1.0F}),
               SHAPE(2, 2), F(22, 28, 49, 64),
               {SHAPE(3, 2), F(1, 4, 2, 5, 3, 6)},
               {SHAPE(2, 3), F(1, 3, 5, 2, 4, 6)});
}

Test(prim_matmul, batches_broadcast)
{
    CHECK_PRIM(PRIM(.kind = &prim_matmul, .matmul = {.alpha = 1.0F}),
               SHAPE(2, 2, 1, 1), F(11, 17, 25, 39),
               {SHAPE(2, 1, 1, 2), F(1, 2, 3, 4)},
               {SHAPE(2, 2, 1), F(3, 4, 5, 6)});
}

Test(prim_pool, largest_with_padding)
{
    CHECK_PRIM(PRIM(.kind = &prim_pool,
                    .pool = {.mode = POOL_MAX, .space = 2, .kernel = {2, 2},
                             .stride = {2, 2}, .dilation = {1, 1},
                             .pad_low = {1, 1}}),
               SHAPE(1, 1, 2, 2), F(-1, -2, -4, -5),
               {SHAPE(1, 1, 3, 3), F(-1, -2, -3, -4, -5, -6, -7, -8, -9)});
}

Test(prim_pool, means_count_what_the_mode_says)
{
    struct prim_pool pool = {.space = 1, .kernel = {2}, .stride = {2},
                             .dilation = {1}, .pad_low = {1},
                             .pad_high = {1}, .ceil_extra = {1}};
    const float x[] = {2, 4, 6, 8, 10};
    pool.mode = POOL_MEAN;
    CHECK_PRIM(PRIM(.kind = &prim_pool, .pool = pool), SHAPE(1, 1, 4),
               F(2, 5, 9, 0), {SHAPE(1, 1, 5), x});
    pool.mode = POOL_MEAN_WITH_PAD;
    CHECK_PRIM(PRIM(.kind = &prim_pool, .pool = pool), SHAPE(1, 1, 4),
               F(1, 5, 9, 0), {SHAPE(1, 1, 5), x});
}

static void check_eltwise(struct prim_eltwise f, const float *want)
{
    CHECK_PRIM(PRIM(.kind = &prim_eltwise, .eltwise = f), SHAPE(4), want,
               {SHAPE(4), F(-2, -0.5F, 0.5F, 4)});
}

Test(prim_eltwise, every_function)
{
    check_eltwise((struct prim_eltwise){ELT_RELU, 0, 0}, F(0, 0, 0.5F, 4));
    check_eltwise((struct prim_eltwise){ELT_CLIP, -1, 3},
                  F(-1, -0.5F, 0.5F, 3));
    check_eltwise((struct prim_eltwise){ELT_SIGMOID, 0, 0},
                  F(0.11920292F, 0.37754067F, 0.62245933F, 0.98201379F));
    check_eltwise((struct prim_eltwise){ELT_TANH, 0, 0},
                  F(-0.96402758F, -0.46211716F, 0.46211716F, 0.99932930F));
    check_eltwise((struct prim_eltwise){ELT_HARDSIGMOID, 0.2F, 0.5F},
                  F(0.1F, 0.4F, 0.6F, 1));
    check_eltwise((struct prim_eltwise){ELT_HARDSWISH, 0, 0},
                  F(-2.0F / 6, -0.5F * 2.5F / 6, 0.5F * 3.5F / 6, 4));
    check_eltwise((struct prim_eltwise){ELT_LEAKY, 0.1F, 0},
                  F(-0.2F, -0.05F, 0.5F, 4));
    check_eltwise((struct prim_eltwise){ELT_ELU, 2, 0},
                  F(-1.72932943F, -0.78693868F, 0.5F, 4));
    check_eltwise((struct prim_eltwise){ELT_EXP, 0, 0},
                  F(0.13533528F, 0.60653066F, 1.64872127F, 54.59815F));
    check_eltwise((struct prim_eltwise){ELT_LINEAR, 3, 1},
                  F(-5, -0.5F, 2.5F, 13));
    check_eltwise((struct prim_eltwise){ELT_ABS, 0, 0}, F(2, 0.5F, 0.5F, 4));
    check_eltwise((struct prim_eltwise){ELT_NEG, 0, 0},
                  F(2, 0.5F, -0.5F, -4));
    check_eltwise((struct prim_eltwise){ELT_SOFTPLUS, 0, 0},
                  F(0.12692801F, 0.47407699F, 0.97407699F, 4.01814993F));
    check_eltwise((struct prim_eltwise){ELT_ERF, 0, 0},
                  F(-0.99532227F, -0.52049988F, 0.52049988F, 0.99999998F));
    check_eltwise((struct prim_eltwise){ELT_GELU, 0, 0},
                  F(-0.04550026F, -0.15426877F, 0.34573123F, 3.99987331F));
    check_eltwise((struct prim_eltwise){ELT_SWISH, 0, 0},
                  F(-0.23840584F, -0.18877033F, 0.31122967F, 3.92805516F));
    check_eltwise((struct prim_eltwise){ELT_POW, 2, 0},
                  F(4, 0.25F, 0.25F, 16));
    check_eltwise((struct prim_eltwise){ELT_RECIPROCAL, 0, 0},
                  F(-0.5F, -2, 2, 0.25F));
    CHECK_PRIM(PRIM(.kind = &prim_eltwise, .eltwise = {ELT_SQRT, 0, 0}),
               SHAPE(2), F(3, 0.5F), {SHAPE(2), F(9, 0.25F)});
    CHECK_PRIM(PRIM(.kind = &prim_eltwise, .eltwise = {ELT_LOG, 0, 0}),
               SHAPE(2), F(0, 0.69314718F), {SHAPE(2), F(1, 2)});
}

static void check_binary(enum binary f, const float *want)
{
    CHECK_PRIM(PRIM(.kind = &prim_binary, .binary = {f}), SHAPE(2, 2), want,
               {SHAPE(2, 2), F(-1, 2, 3, 4)}, {SHAPE(2), F(2, 3)});
}

Test(prim_binary, every_function_with_a_row)
{
    check_binary(BIN_ADD, F(1, 5, 5, 7));
    check_binary(BIN_SUB, F(-3, -1, 1, 1));
    check_binary(BIN_MUL, F(-2, 6, 6, 12));
    check_binary(BIN_DIV, F(-0.5F, 2.0F / 3, 1.5F, 4.0F / 3));
    check_binary(BIN_MAX, F(2, 3, 3, 4));
    check_binary(BIN_MIN, F(-1, 2, 2, 3));
    check_binary(BIN_POW, F(1, 8, 9, 64));
    check_binary(BIN_PRELU, F(-2, 2, 3, 4));
}

Test(prim_binary, both_sides_broadcast)
{
    CHECK_PRIM(PRIM(.kind = &prim_binary, .binary = {BIN_ADD}),
               SHAPE(2, 3), F(11, 21, 31, 12, 22, 32),
               {SHAPE(2, 1), F(1, 2)}, {SHAPE(1, 3), F(10, 20, 30)});
    CHECK_PRIM(PRIM(.kind = &prim_binary, .binary = {BIN_SUB}), SHAPE(2),
               F(4, 3), {(struct shape){0}, F(5)}, {SHAPE(2), F(1, 2)});
}

Test(prim_affine, scale_and_shift_by_channel)
{
    CHECK_PRIM(PRIM(.kind = &prim_affine), SHAPE(2, 2, 2),
               F(3, 5, 31, 41, 11, 13, 71, 81),
               {SHAPE(2, 2, 2), F(1, 2, 3, 4, 5, 6, 7, 8)},
               {SHAPE(2), F(2, 10)}, {SHAPE(2), F(1, 1)});
}

Test(prim_softmax, inner_axis_and_logarithm)
{
    const float x[] = {0, 1000, 0.69314718F, 1000};
    CHECK_PRIM(PRIM(.kind = &prim_softmax, .softmax = {.axis = 0}),
               SHAPE(2, 2), F(1.0F / 3, 0.5F, 2.0F / 3, 0.5F),
               {SHAPE(2, 2), x});
    CHECK_PRIM(PRIM(.kind = &prim_softmax, .softmax = {.axis = 1, .log = 1}),
               SHAPE(1, 2), F(-1.09861229F, -0.40546511F),
               {SHAPE(1, 2), F(0, 0.69314718F)});
}

Test(prim_reduce, outer_and_inner_axes)
{
    const float x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    CHECK_PRIM(PRIM(.kind = &prim_reduce, .reduce = {RED_MEAN, 1U << 1}),
               SHAPE(2, 1, 2), F(3, 4, 9, 10), {SHAPE(2, 3, 2), x});
    CHECK_PRIM(PRIM(.kind = &prim_reduce, .reduce = {RED_SUM, 5}), SHAPE(3),
               F(1 + 2 + 7 + 8, 3 + 4 + 9 + 10, 5 + 6 + 11 + 12),
               {SHAPE(2, 3, 2), x});
    CHECK_PRIM(PRIM(.kind = &prim_reduce, .reduce = {RED_MAX, 7}),
               ((struct shape){0}), F(12), {SHAPE(2, 3, 2), x});
    CHECK_PRIM(PRIM(.kind = &prim_reduce, .reduce = {RED_MIN, 4}),
               SHAPE(2, 3), F(1, 3, 5, 7, 9, 11), {SHAPE(2, 3, 2), x});
}

Test(prim_concat, along_the_middle)
{
    CHECK_PRIM(PRIM(.kind = &prim_concat, .concat = {.axis = 1}),
               SHAPE(2, 3, 1), F(1, 5, 6, 2, 7, 8),
               {SHAPE(2, 1, 1), F(1, 2)}, {SHAPE(2, 2, 1), F(5, 6, 7, 8)});
}

Test(prim_pad, every_mode)
{
    const float x[] = {1, 2, 3};
    CHECK_PRIM(PRIM(.kind = &prim_pad,
                    .pad = {PAD_CONSTANT, {2}, {1}, -1.0F}),
               SHAPE(6), F(-1, -1, 1, 2, 3, -1), {SHAPE(3), x});
    CHECK_PRIM(PRIM(.kind = &prim_pad, .pad = {PAD_REFLECT, {2}, {1}, 0}),
               SHAPE(6), F(3, 2, 1, 2, 3, 2), {SHAPE(3), x});
    CHECK_PRIM(PRIM(.kind = &prim_pad, .pad = {PAD_EDGE, {1}, {2}, 0}),
               SHAPE(6), F(1, 1, 2, 3, 3, 3), {SHAPE(3), x});
    CHECK_PRIM(PRIM(.kind = &prim_pad,
                    .pad = {PAD_CONSTANT, {-1}, {1}, 9.0F}),
               SHAPE(3), F(2, 3, 9), {SHAPE(3), x});
}

Test(prim_transpose, three_axes)
{
    CHECK_PRIM(PRIM(.kind = &prim_transpose, .transpose = {{2, 0, 1}}),
               SHAPE(3, 1, 2), F(1, 4, 2, 5, 3, 6),
               {SHAPE(1, 2, 3), F(1, 2, 3, 4, 5, 6)});
}

Test(prim_slice, steps_both_ways)
{
    CHECK_PRIM(PRIM(.kind = &prim_slice, .slice = {{1, 2}, {1, -2}}),
               SHAPE(1, 2), F(6, 4),
               {SHAPE(2, 3), F(1, 2, 3, 4, 5, 6)});
}

Test(prim_view, same_elements)
{
    CHECK_PRIM(PRIM(.kind = &prim_view), SHAPE(3, 2), F(1, 2, 3, 4, 5, 6),
               {SHAPE(2, 3), F(1, 2, 3, 4, 5, 6)});
}

/* Every wrong shape is refused with words before anything runs. */
static void refuse(struct prim prim, struct shape out, struct shape a,
                   struct shape b, const char *words)
{
    struct prune_error err = {0};
    struct program *p = new_program();
    int in[2] = {program_slot(p, &a, NULL), program_slot(p, &b, NULL)};
    int to = program_slot(p, &out, NULL);
    int code = program_add(p, prim, in, prim.kind->min_in == 1 ? 1 : 2, to,
                           &err);
    cr_assert_eq(code, PRUNE_E_INPUT);
    cr_assert(strstr(err.text, words) != NULL, "%s", err.text);
    program_free(p);
}

Test(program, refuses_shapes_that_do_not_fit)
{
    struct prim conv = {.kind = &prim_conv,
                        .conv = {.space = 2, .stride = {1, 1},
                                 .dilation = {1, 1}, .groups = 1}};
    refuse(conv, SHAPE(1, 4, 3, 3), SHAPE(1, 3, 5, 5), SHAPE(4, 2, 3, 3),
           "channels");
    refuse(conv, SHAPE(1, 4, 4, 3), SHAPE(1, 3, 5, 5), SHAPE(4, 3, 3, 3),
           "spatial sizes");
    conv.conv.stride[0] = 0;
    refuse(conv, SHAPE(1, 4, 3, 3), SHAPE(1, 3, 5, 5), SHAPE(4, 3, 3, 3),
           "spatial sizes");
    conv.conv.stride[0] = 1;
    conv.conv.pad_low[0] = INT64_MAX;
    refuse(conv, SHAPE(1, 4, 3, 3), SHAPE(1, 3, 5, 5), SHAPE(4, 3, 3, 3),
           "spatial sizes");
    refuse((struct prim){.kind = &prim_matmul}, SHAPE(2, 2), SHAPE(2, 3),
           SHAPE(4, 2), "inner sizes");
    refuse((struct prim){.kind = &prim_binary}, SHAPE(2, 2), SHAPE(2, 3),
           SHAPE(4, 2), "broadcast");
    refuse((struct prim){.kind = &prim_slice,
                         .slice = {.start = {3}, .step = {1}}},
           SHAPE(1), SHAPE(3), SHAPE(1), "outside");
    refuse((struct prim){.kind = &prim_slice,
                         .slice = {.start = {0}, .step = {INT64_MAX}}},
           SHAPE(2), SHAPE(3), SHAPE(1), "outside");
    refuse((struct prim){.kind = &prim_transpose,
                         .transpose = {{0, 0}}},
           SHAPE(2, 2), SHAPE(2, 2), SHAPE(1), "permutation");
    refuse((struct prim){.kind = &prim_pad,
                         .pad = {PAD_REFLECT, {3}, {0}, 0}},
           SHAPE(6), SHAPE(3), SHAPE(1), "reflection");
    refuse((struct prim){.kind = &prim_view}, SHAPE(5), SHAPE(2, 3),
           SHAPE(1), "elements");
    refuse((struct prim){.kind = &prim_softmax, .softmax = {.axis = 2}},
           SHAPE(2, 3), SHAPE(2, 3), SHAPE(1), "axis");
    refuse((struct prim){.kind = &prim_reduce, .reduce = {RED_SUM, 4}},
           SHAPE(2, 3), SHAPE(2, 3), SHAPE(1), "axis");
    refuse((struct prim){.kind = &prim_concat, .concat = {.axis = 1}},
           SHAPE(2, 5), SHAPE(2, 3), SHAPE(1), "");
}

Test(program, refuses_what_is_no_float_and_what_is_too_large)
{
    struct prune_error err = {0};
    struct tensor *t = NULL;
    struct program *p = new_program();
    cr_assert_eq(tensor_new(&t, DTYPE_I64, &SHAPE(2), NULL), 0);
    int in = program_constant(p, t, NULL);
    int out = program_slot(p, &SHAPE(2), NULL);
    cr_assert_eq(program_add(p, (struct prim){.kind = &prim_eltwise}, &in, 1,
                             out, &err),
                 PRUNE_E_UNSUPPORTED);
    cr_assert(strstr(err.text, "int64") != NULL, "%s", err.text);
    cr_assert_eq(program_slot(p, &SHAPE(1 << 20, 1 << 20), NULL),
                 PRUNE_E_INPUT);
    program_free(p);
}

Test(program, order_is_checked)
{
    struct prune_error err = {0};
    struct engine *e = NULL;
    struct program *p = new_program();
    int never = program_slot(p, &SHAPE(2), NULL);
    OUTPUTS(p, ADD(p, PRIM(.kind = &prim_view), SHAPE(2), never));
    cr_assert_eq(engine_open_program(&e, p, OPTIONS(ENGINE_PLAIN), &err),
                 PRUNE_E_FAILED);
    cr_assert_null(e);
}

/* Transposed convolutions. covers: engine/prim_deconv engine/dnnl_deconv */
#include "programs.h"

#define ELT(name) PRIM(.kind = &prim_eltwise, .eltwise = {.f = (name)})

static int64_t pick(struct rng *r, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(r, (uint32_t)(high - low + 1));
}

static void build_deconv(struct program *p, struct rng *r, int which)
{
    struct prim prim = {.kind = &prim_deconv};
    struct prim_conv *v = &prim.conv;
    v->space = which % 5 == 0 ? 1 : which % 7 == 0 ? 3 : 2;
    v->groups = which % 3 == 0 ? 2 : 1;
    int64_t c = v->groups * pick(r, 1, 17), m = v->groups * pick(r, 1, 17);
    struct shape x = {2 + v->space, {pick(r, 1, 3), c}};
    struct shape w = {2 + v->space, {c, m / v->groups}};
    struct shape o = {2 + v->space, {x.dims[0], m}};
    for (int i = 0; i < v->space; i++) {
        v->stride[i] = pick(r, 1, 3);
        v->dilation[i] = which % 4 == 0 ? 2 : 1;
        w.dims[2 + i] = pick(r, 1, 4);
        x.dims[2 + i] = pick(r, 1, 6);
        int64_t all = v->stride[i] * (x.dims[2 + i] - 1) +
                      v->dilation[i] * (w.dims[2 + i] - 1) + 1;
        v->pad_low[i] = pick(r, 0, w.dims[2 + i] - 1);
        o.dims[2 + i] = all - v->pad_low[i] - pick(r, 0, 1) +
                        pick(r, 0, v->stride[i] - 1);
        if (o.dims[2 + i] < 1)
            o.dims[2 + i] = 1;
    }
    int in = add_input(p, x), weight = add_random(p, w, r, 0.3F);
    int y = which % 2 ? ADD(p, prim, o, in, weight)
                      : ADD(p, prim, o, in, weight,
                            add_random(p, SHAPE(m), r, 1.0F));
    if (which % 6 == 1 && v->space == 2)
        y = ADD(p, PRIM(.kind = &prim_affine), o, y,
                add_random(p, SHAPE(m), r, 1.0F),
                add_random(p, SHAPE(m), r, 1.0F));
    OUTPUTS(p, which % 3 == 1 ? ADD(p, ELT(ELT_RELU), o, y) : y);
}

Test(deconv, random_shapes, .timeout = 120)
{
    for (int i = 0; i < 90; i++)
        compare(build_deconv, i, ENGINE_FAST, 2e-5);
}

Test(deconv, by_hand)
{
    /* Every input spreads the kernel over two places, two apart. */
    struct prim d = {.kind = &prim_deconv,
                     .conv = {.space = 1, .stride = {2}, .dilation = {1},
                              .pad_low = {1}, .groups = 1}};
    const float x[] = {1, 2, 3}, w[] = {1, 10, 100}, b[] = {0.5F};
    /* whole: 1 10 102 20 203 30 300; from its second place on */
    const float want[] = {10.5F, 102.5F, 20.5F, 203.5F, 30.5F};
    CHECK_PRIM(d, SHAPE(1, 1, 5), want, {SHAPE(1, 1, 3), x},
               {SHAPE(1, 1, 3), w}, {SHAPE(1), b});
}

Test(deconv, what_does_not_fit_is_refused)
{
    struct prim d = {.kind = &prim_deconv,
                     .conv = {.space = 1, .stride = {1}, .dilation = {1},
                              .groups = 2}};
    struct program *p = new_program();
    struct shape s = SHAPE(1, 4, 3);
    int x = add_input(p, SHAPE(1, 4, 3)), w = add_input(p, SHAPE(4, 2, 1));
    int bad = add_input(p, SHAPE(2, 2, 1)), out = program_slot(p, &s, NULL);
    cr_expect_eq(program_add(p, d, (int[]){x, w}, 2, out, NULL), 0);
    cr_expect_eq(program_add(p, d, (int[]){x, bad}, 2, out, NULL),
                 PRUNE_E_INPUT);
    d.conv.stride[0] = 0;
    cr_expect_eq(program_add(p, d, (int[]){x, w}, 2, out, NULL),
                 PRUNE_E_INPUT);
    program_free(p);
}

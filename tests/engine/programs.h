#ifndef TESTS_ENGINE_PROGRAMS_H
#define TESTS_ENGINE_PROGRAMS_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/open.h"

/* Programs written by hand, without a graph and its operators. */

#define SHAPE(...)                                                            \
    ((struct shape){                                                          \
        .rank = (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),    \
        .dims = {__VA_ARGS__}})

#define OPTIONS(k) (&(struct engine_options){.kind = (k), .threads = 1})

static inline struct program *new_program(void)
{
    struct program *p = NULL;
    cr_assert_eq(program_new(&p, NULL), 0);
    return p;
}

static inline int add_input(struct program *p, struct shape s)
{
    int list[16], slot = program_slot(p, &s, NULL);
    cr_assert(slot >= 0 && p->n_inputs < 15);
    for (int i = 0; i < p->n_inputs; i++)
        list[i] = p->inputs[i];
    list[p->n_inputs] = slot;
    cr_assert_eq(program_set_slots(p, &p->inputs, &p->n_inputs, list,
                                   p->n_inputs + 1, NULL),
                 0);
    return slot;
}

static inline int add_constant(struct program *p, struct shape s,
                               const float *data)
{
    struct tensor *t = NULL;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    memcpy(t->data, data, t->size);
    int slot = program_constant(p, t, NULL);
    cr_assert(slot >= 0);
    return slot;
}

/* Normal numbers times `scale`. */
static inline int add_random(struct program *p, struct shape s,
                             struct rng *r, float scale)
{
    struct tensor *t = NULL;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    for (int64_t i = 0; i < tensor_numel(t); i++)
        tensor_f32(t)[i] = scale * rng_normal(r);
    int slot = program_constant(p, t, NULL);
    cr_assert(slot >= 0);
    return slot;
}

#define PRIM(...) ((struct prim){__VA_ARGS__})

#define ADD(p, what, shape, ...)                                              \
    add_prim(p, what, shape, (int[]){__VA_ARGS__},                            \
             (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)))

static inline int add_prim(struct program *p, struct prim prim,
                           struct shape s, const int *in, int n_in)
{
    struct prune_error err = {0};
    int out = program_slot(p, &s, &err);
    cr_assert(out >= 0, "%s", err.text);
    prim.node = p->n_nodes++;
    cr_assert_eq(program_add(p, prim, in, n_in, out, &err), 0, "%s",
                 err.text);
    return out;
}

#define OUTPUTS(p, ...)                                                       \
    cr_assert_eq(program_set_slots(                                           \
                     p, &(p)->outputs, &(p)->n_outputs,                       \
                     (int[]){__VA_ARGS__},                                    \
                     (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)),       \
                     NULL),                                                   \
                 0)
#define TAPS(p, ...)                                                          \
    cr_assert_eq(program_set_slots(                                           \
                     p, &(p)->taps, &(p)->n_taps, (int[]){__VA_ARGS__},       \
                     (int)(sizeof((int[]){__VA_ARGS__}) / sizeof(int)),       \
                     NULL),                                                   \
                 0)

static inline struct engine *open_program(struct program *p,
                                          enum engine_kind kind)
{
    struct prune_error err = {0};
    struct engine *e = NULL;
    cr_assert_eq(engine_open_program(&e, p, OPTIONS(kind), &err), 0, "%s",
                 err.text);
    return e;
}

static inline void run_engine(struct engine *e, const float *const *inputs)
{
    struct prune_error err = {0};
    cr_assert_eq(engine_run(e, (const void *const *)inputs, &err), 0, "%s", err.text);
}

/* Holds output `i` against what was worked out by hand. */
static inline void expect(const struct engine *e, int i, const float *want,
                          int n)
{
    const float *got = engine_output(e, i);
    for (int k = 0; k < n; k++)
        cr_assert(fabsf(got[k] - want[k]) <= 1e-5F * (1.0F + fabsf(want[k])),
                  "output %d element %d is %.8g, not %.8g", i, k,
                  (double)got[k], (double)want[k]);
}

/* One primitive over inputs given as data, against the expected output. */
#define CHECK_PRIM(what, out_shape, want, ...)                                \
    check_prim(what, out_shape, want,                                         \
               (struct given[]){__VA_ARGS__},                                 \
               (int)(sizeof((struct given[]){__VA_ARGS__}) /                  \
                     sizeof(struct given)))

struct given {
    struct shape shape;
    const float *data;
};

static inline void check_prim(struct prim prim, struct shape out_shape,
                              const float *want, const struct given *given,
                              int n)
{
    int in[8];
    const float *data[8];
    struct program *p = new_program();
    for (int i = 0; i < n; i++) {
        in[i] = add_input(p, given[i].shape);
        data[i] = given[i].data;
    }
    OUTPUTS(p, add_prim(p, prim, out_shape, in, n));
    struct engine *e = open_program(p, ENGINE_PLAIN);
    run_engine(e, data);
    expect(e, 0, want, (int)shape_numel(&out_shape));
    engine_close(e);
}

/* --- fast kernels against plain C ------------------------------------ */

/* Writes the same program for the same seed. */
typedef void build_f(struct program *p, struct rng *r, int which);

static inline float **random_inputs(const struct program *p, uint64_t seed)
{
    struct rng r;
    float **in = mem_calloc((size_t)p->n_inputs, sizeof *in);
    rng_init(&r, seed);
    cr_assert_not_null(in);
    for (int i = 0; i < p->n_inputs; i++) {
        int64_t n = shape_numel(&p->slots[p->inputs[i]].shape);
        in[i] = mem_calloc((size_t)n, sizeof *in[i]);
        cr_assert_not_null(in[i]);
        for (int64_t k = 0; k < n; k++)
            in[i][k] = rng_normal(&r);
    }
    return in;
}

static inline void free_inputs(float **in, int n)
{
    for (int i = 0; i < n; i++)
        mem_free(in[i]);
    mem_free(in);
}

/* The largest difference relative to the largest element (or 0.1, when all
 * are near zero); a NaN counts as infinitely much. */
static inline double difference(const float *a, const float *b, int64_t n)
{
    double most = 0.0, large = 0.1;
    for (int64_t i = 0; i < n; i++) {
        double d = fabs((double)a[i] - (double)b[i]);
        if (!(d <= most))
            most = isnan(d) ? INFINITY : d;
        large = fabs((double)b[i]) > large ? fabs((double)b[i]) : large;
    }
    return most / large;
}

/* Runs a program in plain C and by the given kind of engine, twice with
 * poisoned memory, and holds outputs and taps against each other. */
static inline void compare(build_f *build, int which, enum engine_kind kind,
                           double tolerance)
{
    struct program *p[2];
    for (int i = 0; i < 2; i++) {
        struct rng r;
        rng_init(&r, (uint64_t)which + 1);
        p[i] = new_program();
        build(p[i], &r, which);
    }
    int n_inputs = p[0]->n_inputs, n_outputs = p[0]->n_outputs;
    int n_taps = p[0]->n_taps;
    int64_t sizes[16];
    cr_assert(n_outputs + n_taps <= 16);
    for (int i = 0; i < n_outputs; i++)
        sizes[i] = shape_numel(&p[0]->slots[p[0]->outputs[i]].shape);
    for (int i = 0; i < n_taps; i++)
        sizes[n_outputs + i] = shape_numel(&p[0]->slots[p[0]->taps[i]].shape);
    float **in = random_inputs(p[0], (uint64_t)which + 1000);
    struct engine *plain = open_program(p[0], ENGINE_PLAIN);
    struct engine *fast = open_program(p[1], kind);
    run_engine(plain, (const float *const *)in);
    for (int round = 0; round < 2; round++) {
        engine_poison(fast);
        run_engine(fast, (const float *const *)in);
        for (int i = 0; i < n_outputs; i++)
            cr_expect(difference(engine_output(fast, i),
                                 engine_output(plain, i),
                                 sizes[i]) <= tolerance,
                      "case %d round %d output %d differs by %g", which,
                      round, i,
                      difference(engine_output(fast, i),
                                 engine_output(plain, i), sizes[i]));
        for (int i = 0; i < n_taps; i++)
            cr_expect(difference(engine_tap(fast, i), engine_tap(plain, i),
                                 sizes[n_outputs + i]) <= tolerance,
                      "case %d round %d tap %d differs", which, round, i);
    }
    engine_close(plain);
    engine_close(fast);
    free_inputs(in, n_inputs);
}

#endif

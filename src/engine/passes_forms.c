#include <math.h>
#include <string.h>

#include "engine/passes_private.h"

static const struct shape *shape_of(const struct program *p, int slot)
{
    return &p->slots[slot].shape;
}

static const struct prim *function(const struct program *p,
                                   const struct facts *f, int slot,
                                   enum eltwise name)
{
    const struct prim *e = pass_made_by(p, f, slot, &prim_eltwise);
    return e != NULL && e->eltwise.f == name ? e : NULL;
}

static const struct prim *binary(const struct program *p,
                                 const struct facts *f, int slot,
                                 enum binary name)
{
    const struct prim *b = pass_made_by(p, f, slot, &prim_binary);
    return b != NULL && b->binary.f == name ? b : NULL;
}

static int near(float a, float b)
{
    return fabsf(a - b) <= 1e-5F * fabsf(b);
}

/* Steps over a function `alpha x + beta`, composing it into *a and *b, which
 * are 1 and 0 when there is none. */
static int under_linear(const struct program *p, const struct facts *f,
                        int slot, float *a, float *b)
{
    const struct prim *e = function(p, f, slot, ELT_LINEAR);
    *a = 1.0F;
    *b = 0.0F;
    if (e == NULL)
        return slot;
    *a = e->eltwise.alpha;
    *b = e->eltwise.beta;
    return e->in[0];
}

/* --- a * x + b ------------------------------------------------------- */

/* What the function of x and the constant is; side: which of them x is. */
static int linear_of(enum binary f, int side, float c,
                     struct prim_eltwise *out)
{
    *out = (struct prim_eltwise){.f = ELT_LINEAR, .alpha = 1.0F};
    switch (f) {
    case BIN_ADD:
        out->beta = c;
        return 1;
    case BIN_SUB:
        out->alpha = side == 0 ? 1.0F : -1.0F;
        out->beta = side == 0 ? -c : c;
        return 1;
    case BIN_MUL:
        out->alpha = c;
        return 1;
    case BIN_DIV:
        out->alpha = 1.0F / c;
        return side == 0 && isfinite(out->alpha);
    case BIN_PRELU:
        *out = (struct prim_eltwise){.f = ELT_LEAKY, .alpha = c};
        return side == 0;
    case BIN_POW:
        *out = (struct prim_eltwise){.f = ELT_POW, .alpha = c};
        return side == 0;
    default:
        return 0;
    }
}

/* A sum or product with one number. */
static int to_function(struct program *p, struct prim *b)
{
    float c = 0.0F;
    struct prim_eltwise e;
    if (b->kind != &prim_binary)
        return 0;
    int side = pass_scalar(p, b->in[1], &c) ? 0 : 1;
    if ((side == 1 && !pass_scalar(p, b->in[0], &c)) ||
        !shape_equal(shape_of(p, b->in[side]), shape_of(p, b->out)) ||
        !linear_of(b->binary.f, side, c, &e))
        return 0;
    b->kind = &prim_eltwise;
    b->eltwise = e;
    b->in += side;
    b->n_in = 1;
    return 1;
}

/* Square roots and reciprocals have names, which more kernels know. */
static void name_power(struct prim *e)
{
    if (e->kind != &prim_eltwise || e->eltwise.f != ELT_POW)
        return;
    if (e->eltwise.alpha == 0.5F)
        e->eltwise = (struct prim_eltwise){.f = ELT_SQRT};
    else if (e->eltwise.alpha == -1.0F)
        e->eltwise = (struct prim_eltwise){.f = ELT_RECIPROCAL};
}

/* a (c x + d) + b of an intermediate that nobody else reads. */
static void compose(const struct program *p, const struct facts *f,
                    struct prim *e)
{
    float a, b;
    if (e->kind != &prim_eltwise || e->eltwise.f != ELT_LINEAR ||
        f->uses[e->in[0]] != 1 ||
        function(p, f, e->in[0], ELT_LINEAR) == NULL)
        return;
    struct prim *before = &p->prims[f->by[e->in[0]]];
    (void)under_linear(p, f, e->in[0], &a, &b);
    e->eltwise.beta += e->eltwise.alpha * b;
    e->eltwise.alpha *= a;
    e->in = before->in;
    f->by[before->out] = -1;
    before->kind = NULL;
}

int pass_find_linear(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    if (code != 0)
        return code;
    for (int i = 0; i < p->n_prims; i++) {
        to_function(p, &p->prims[i]);
        name_power(&p->prims[i]);
        compose(p, &f, &p->prims[i]);
    }
    facts_done(&f);
    return 0;
}

/* --- equal primitives ------------------------------------------------ */

/* Only kinds whose parameters are compared here. */
static int same_work(const struct prim *a, const struct prim *b)
{
    if (a->kind != b->kind || a->n_in != b->n_in || a->n_posts > 0 ||
        b->n_posts > 0 ||
        memcmp(a->in, b->in, (size_t)a->n_in * sizeof *a->in) != 0)
        return 0;
    if (a->kind == &prim_binary)
        return a->binary.f == b->binary.f;
    if (a->kind == &prim_reduce)
        return a->reduce.f == b->reduce.f && a->reduce.axes == b->reduce.axes;
    return 0;
}

static int is_result(const struct program *p, int slot)
{
    for (int i = 0; i < p->n_outputs; i++)
        if (p->outputs[i] == slot)
            return 1;
    for (int i = 0; i < p->n_taps; i++)
        if (p->taps[i] == slot)
            return 1;
    return 0;
}

static void read_instead(struct program *p, int from, int slot, int other)
{
    for (int i = from; i < p->n_prims; i++)
        for (int k = 0; k < p->prims[i].n_in; k++)
            if (p->prims[i].in[k] == slot)
                p->prims[i].in[k] = other;
}

enum { LOOK_AHEAD = 16 };

int pass_merge_equal(struct program *p, struct prune_error *err)
{
    (void)err;
    for (int i = 0; i < p->n_prims; i++)
        for (int k = i + 1; k < p->n_prims && k <= i + LOOK_AHEAD; k++) {
            struct prim *a = &p->prims[i], *b = &p->prims[k];
            if (a->kind == NULL || b->kind == NULL || !same_work(a, b) ||
                is_result(p, b->out) ||
                !shape_equal(shape_of(p, a->out), shape_of(p, b->out)))
                continue;
            read_instead(p, k + 1, b->out, a->out);
            b->kind = NULL;
        }
    return 0;
}

/* --- LayerNorm ------------------------------------------------------- */

/* The mean of x over its last axes, kept as ones: the first of them, or
 * -1. */
static int mean_of(const struct program *p, const struct facts *f, int slot,
                   int *x)
{
    const struct prim *r = pass_made_by(p, f, slot, &prim_reduce);
    if (r == NULL || r->reduce.f != RED_MEAN)
        return -1;
    int rank = shape_of(p, r->in[0])->rank, axis = rank;
    while (axis > 0 && (r->reduce.axes >> (axis - 1) & 1))
        axis--;
    *x = r->in[0];
    int last = r->reduce.axes == (1U << rank) - (1U << axis);
    return last && axis < rank && shape_of(p, slot)->rank == rank ? axis
                                                                  : -1;
}

/* The slot whose square this is, or -1. */
static int root_of_square(const struct program *p, const struct facts *f,
                          int slot)
{
    const struct prim *e = function(p, f, slot, ELT_POW);
    if (e != NULL && e->eltwise.alpha == 2.0F)
        return e->in[0];
    const struct prim *m = binary(p, f, slot, BIN_MUL);
    return m != NULL && m->in[0] == m->in[1] ? m->in[0] : -1;
}

struct norm {
    int x, centred, axis;
    float epsilon;
};

/* sqrt(mean((x - mean x)^2) + epsilon) */
static int is_deviation(const struct program *p, const struct facts *f,
                        int slot, struct norm *out)
{
    const struct prim *root = function(p, f, slot, ELT_SQRT);
    float a;
    int squares = -1, x = -1;
    if (root == NULL)
        return 0;
    int variance = under_linear(p, f, root->in[0], &a, &out->epsilon);
    int axis = mean_of(p, f, variance, &squares);
    if (axis < 0 || a != 1.0F || !(out->epsilon >= 0.0F))
        return 0;
    out->centred = root_of_square(p, f, squares);
    const struct prim *d = out->centred < 0
                               ? NULL
                               : binary(p, f, out->centred, BIN_SUB);
    if (d == NULL || mean_of(p, f, d->in[1], &x) != axis || x != d->in[0])
        return 0;
    out->x = x;
    out->axis = axis;
    return 1;
}

/* The deviation's slot when the primitive divides by it. */
static int is_normalised(const struct program *p, const struct facts *f,
                         const struct prim *prim, struct norm *out)
{
    if (prim->kind != &prim_binary)
        return 0;
    if (prim->binary.f == BIN_DIV)
        return is_deviation(p, f, prim->in[1], out) &&
               out->centred == prim->in[0];
    if (prim->binary.f != BIN_MUL)
        return 0;
    for (int k = 0; k < 2; k++) {
        const struct prim *r = function(p, f, prim->in[k], ELT_RECIPROCAL);
        if (r != NULL && is_deviation(p, f, r->in[0], out) &&
            out->centred == prim->in[1 - k])
            return 1;
    }
    return 0;
}

/* A constant of the shape of the normalised axes (ones in front). */
static int fits_rows(const struct program *p, int slot,
                     const struct prim *norm)
{
    const struct tensor *t = pass_constant(p, slot);
    const struct shape *x = shape_of(p, norm->in[0]);
    if (t == NULL || t->shape.rank > x->rank)
        return 0;
    for (int i = 1; i <= t->shape.rank; i++) {
        int axis = x->rank - i;
        int64_t want = axis >= norm->layernorm.axis ? x->dims[axis] : 1;
        if (t->shape.dims[t->shape.rank - i] != want)
            return 0;
    }
    return tensor_numel(t) ==
           shape_span(x, norm->layernorm.axis, x->rank);
}

static int to_norm(struct program *p, struct facts *f, struct prim *prim,
                   struct prune_error *err)
{
    struct norm found;
    if (!is_normalised(p, f, prim, &found))
        return 0;
    prim->kind = &prim_layernorm;
    prim->layernorm.axis = found.axis;
    prim->layernorm.epsilon = found.epsilon;
    return pass_set_inputs(p, prim, &found.x, 1, err);
}

/* A product with or a sum of a constant behind it: its scale or shift. */
static int extend_norm(struct program *p, struct facts *f, struct prim *b,
                       struct prune_error *err)
{
    if (b->kind != &prim_binary ||
        (b->binary.f != BIN_MUL && b->binary.f != BIN_ADD))
        return 0;
    int want = b->binary.f == BIN_MUL ? 1 : 2;
    for (int k = 0; k < 2; k++) {
        const struct prim *n = pass_made_by(p, f, b->in[k],
                                            &prim_layernorm);
        if (n == NULL || f->uses[b->in[k]] != 1 || n->n_in > want ||
            !fits_rows(p, b->in[1 - k], n))
            continue;
        int in[3] = {n->in[0], n->n_in > 1 ? n->in[1] : -1,
                     b->in[1 - k]};
        in[want] = b->in[1 - k];
        b->kind = &prim_layernorm;
        b->layernorm = n->layernorm;
        return pass_set_inputs(p, b, in, want + 1, err);
    }
    return 0;
}

/* --- gates ----------------------------------------------------------- */

/* g = a (1 + erf(x / sqrt 2)): 2 a, or 0. */
static float is_erf_gate(const struct program *p, const struct facts *f,
                         int slot, int x)
{
    float a, b, s, zero;
    const struct prim *e = function(
        p, f, under_linear(p, f, slot, &a, &b), ELT_ERF);
    if (e == NULL || a != b ||
        under_linear(p, f, e->in[0], &s, &zero) != x || zero != 0.0F ||
        !near(s, 0.70710678F))
        return 0.0F;
    return 2.0F * a;
}

static int is_cube(const struct program *p, const struct facts *f, int slot,
                   int x)
{
    const struct prim *e = function(p, f, slot, ELT_POW);
    if (e != NULL)
        return e->in[0] == x && e->eltwise.alpha == 3.0F;
    const struct prim *m = binary(p, f, slot, BIN_MUL);
    for (int k = 0; m != NULL && k < 2; k++)
        if (m->in[k] == x && root_of_square(p, f, m->in[1 - k]) == x)
            return 1;
    return 0;
}

/* g = a (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): 2 a, or 0. */
static float is_tanh_gate(const struct program *p, const struct facts *f,
                          int slot, int x)
{
    float a, b, s, zero, c;
    const struct prim *e = function(
        p, f, under_linear(p, f, slot, &a, &b), ELT_TANH);
    if (e == NULL || a != b)
        return 0.0F;
    const struct prim *sum = binary(
        p, f, under_linear(p, f, e->in[0], &s, &zero), BIN_ADD);
    if (sum == NULL || zero != 0.0F || !near(s, 0.79788456F))
        return 0.0F;
    for (int k = 0; k < 2; k++) {
        int cube = under_linear(p, f, sum->in[1 - k], &c, &zero);
        if (sum->in[k] == x && zero == 0.0F && near(c, 0.044715F) &&
            is_cube(p, f, cube, x))
            return 2.0F * a;
    }
    return 0.0F;
}

/* g = a clip(x + 3, 0, 6): 6 a, or 0. */
static float is_hard_gate(const struct program *p, const struct facts *f,
                          int slot, int x)
{
    float a, b, one, three;
    const struct prim *e = function(
        p, f, under_linear(p, f, slot, &a, &b), ELT_CLIP);
    if (e == NULL || b != 0.0F || e->eltwise.alpha != 0.0F ||
        e->eltwise.beta != 6.0F ||
        under_linear(p, f, e->in[0], &one, &three) != x || one != 1.0F ||
        three != 3.0F)
        return 0.0F;
    return 6.0F * a;
}

static float is_mish_gate(const struct program *p, const struct facts *f,
                          int slot, int x)
{
    const struct prim *t = function(p, f, slot, ELT_TANH);
    const struct prim *s = t == NULL ? NULL
                                     : function(p, f, t->in[0],
                                                ELT_SOFTPLUS);
    return s != NULL && s->in[0] == x ? 1.0F : 0.0F;
}

typedef float gate_f(const struct program *p, const struct facts *f,
                     int slot, int x);

static const struct {
    gate_f *find;
    enum eltwise name;
} gates[] = {
    {is_erf_gate, ELT_GELU},
    {is_tanh_gate, ELT_GELU_TANH},
    {is_hard_gate, ELT_HARDSWISH},
    {is_mish_gate, ELT_MISH},
};

/* The function of x, times the factor. */
static int put_function(struct program *p, int at, int x, enum eltwise name,
                        float factor, struct prune_error *err)
{
    struct prim *m = &p->prims[at];
    m->kind = &prim_eltwise;
    m->eltwise = (struct prim_eltwise){.f = name};
    int code = pass_set_inputs(p, m, &x, 1, err);
    if (code != 0 || fabsf(factor - 1.0F) <= 1e-6F)
        return code;
    int out = m->out, node = m->node;
    struct shape s = *shape_of(p, out);
    int between = program_slot(p, &s, err);
    if (between < 0)
        return between;
    m->out = between;
    struct prim scale = {.kind = &prim_eltwise,
                         .eltwise = {.f = ELT_LINEAR, .alpha = factor},
                         .node = node};
    return program_insert(p, at + 1, scale, &between, 1, out, err);
}

/* One product of x, perhaps scaled, and a gate of x. *found: the primitives
 * were changed. */
static int to_gated(struct program *p, struct facts *f, int at, int *found,
                    struct prune_error *err)
{
    const struct prim *m = &p->prims[at];
    *found = 0;
    if (m->kind != &prim_binary || m->binary.f != BIN_MUL)
        return 0;
    for (int k = 0; k < 2; k++)
        for (int over = 0; over < 2; over++) {
            float c = 1.0F, zero = 0.0F;
            int x = m->in[k];
            if (over)
                x = under_linear(p, f, x, &c, &zero);
            if (zero != 0.0F || !shape_equal(shape_of(p, x),
                                             shape_of(p, m->out)))
                continue;
            for (size_t g = 0; g < sizeof gates / sizeof *gates; g++) {
                float factor = gates[g].find(p, f, m->in[1 - k], x);
                if (factor == 0.0F)
                    continue;
                *found = 1;
                return put_function(p, at, x, gates[g].name, factor * c,
                                    err);
            }
        }
    return 0;
}

int pass_find_forms(struct program *p, struct prune_error *err)
{
    struct facts f;
    int code = facts_find(&f, p, err);
    for (int i = 0; i < p->n_prims && code == 0; i++) {
        int found = 0;
        code = to_norm(p, &f, &p->prims[i], err);
        if (code == 0)
            code = extend_norm(p, &f, &p->prims[i], err);
        if (code == 0)
            code = to_gated(p, &f, i, &found, err);
        if (code == 0 && found) { /* slots and places have changed */
            facts_done(&f);
            code = facts_find(&f, p, err);
            if (code != 0)
                return code;
        }
    }
    if (code != 0 && f.by == NULL)
        return code;
    facts_done(&f);
    return code;
}

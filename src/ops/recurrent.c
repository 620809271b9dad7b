#include "ops/recurrent.h"

#include <string.h>

#include "ops/infer.h"

/* --- attributes and shapes --------------------------------------------- */

static int read_direction(struct recurrent *r, const struct node *n,
                          struct prune_error *err)
{
    const char *d = node_text(n, "direction", "forward");
    r->directions = strcmp(d, "bidirectional") == 0 ? 2 : 1;
    r->reverse = strcmp(d, "reverse") == 0;
    if (r->directions == 1 && !r->reverse && strcmp(d, "forward") != 0)
        return ops_bad(n, err, "direction \"%.40s\" is not known", d);
    return 0;
}

/* Entry i of an attribute's list of floats. */
static float entry(const struct node *n, const char *name, int64_t i,
                   float other)
{
    const struct attr *a = node_attr(n, name);
    return a && a->type == ATTR_FLOATS && i < a->n ? a->floats[i] : other;
}

/* The lists of parameters hold one for each function that takes one. */
static int read_functions(struct recurrent *r, const struct node *n,
                          struct prune_error *err)
{
    int64_t alphas = 0, betas = 0;
    for (int d = 0; d < r->directions; d++)
        for (int i = 0; i < r->kind->functions; i++) {
            struct activation *f = &r->f[d][i];
            const char *name = node_text_at(n, "activations",
                                            d * r->kind->functions + i);
            if (!name && node_attr(n, "activations"))
                return ops_bad(n, err, "activations are too few");
            if (ops_activation(f, name ? name : r->kind->defaults[i]))
                return ops_bad(n, err, "activation \"%.40s\" is not known",
                               name);
            if (ops_activation_takes(f) > 0)
                f->alpha = entry(n, "activation_alpha", alphas++, f->alpha);
            if (ops_activation_takes(f) > 1)
                f->beta = entry(n, "activation_beta", betas++, f->beta);
        }
    return 0;
}

static int check(const struct node *n, const char *what,
                 const struct shape *s, struct shape want,
                 struct prune_error *err)
{
    char a[96], b[96];
    if (s->rank < 0 || shape_equal(s, &want))
        return 0;
    return ops_bad(n, err, "its %s has shape %s instead of %s", what,
                   shape_text(s, a), shape_text(&want, b));
}

struct shape ops_recurrent_state(const struct recurrent *r)
{
    struct shape s = {.rank = 3,
                      .dims = {r->directions, r->batch, r->hidden}};
    if (r->layout) {
        s.dims[0] = r->batch;
        s.dims[1] = r->directions;
    }
    return s;
}

struct shape ops_recurrent_y(const struct recurrent *r)
{
    struct shape s = {.rank = 4, .dims = {r->steps, r->directions, r->batch,
                                          r->hidden}};
    if (r->layout)
        s = (struct shape){.rank = 4, .dims = {r->batch, r->steps,
                                               r->directions, r->hidden}};
    return s;
}

static int check_shapes(struct recurrent *r, const struct node *n,
                        const struct shape *in, struct prune_error *err)
{
    int64_t d = r->directions, rows;
    if (in[0].rank != 3 || in[1].rank != 3 || in[2].rank != 3)
        return ops_bad(n, err, "inputs of %d, %d and %d axes, not 3",
                       in[0].rank, in[1].rank, in[2].rank);
    r->steps = in[0].dims[r->layout ? 1 : 0];
    r->batch = in[0].dims[r->layout ? 0 : 1];
    r->features = in[0].dims[2];
    r->hidden = in[2].dims[2];
    rows = ops_times(r->kind->gates, r->hidden);
#define SHAPE3(a, b, c) ((struct shape){.rank = 3, .dims = {a, b, c}})
#define SHAPE2(a, b) ((struct shape){.rank = 2, .dims = {a, b}})
#define SHAPE1(a) ((struct shape){.rank = 1, .dims = {a}})
    struct shape state = ops_recurrent_state(r);
    int e;
    (void)((e = check(n, "weight", &in[1], SHAPE3(d, rows, r->features),
                      err)) ||
           (e = check(n, "recurrence weight", &in[2],
                      SHAPE3(d, rows, r->hidden), err)) ||
           (e = check(n, "bias", &in[3], SHAPE2(d, ops_times(2, rows)),
                      err)) ||
           (e = check(n, "list of lengths", &in[4], SHAPE1(r->batch), err)) ||
           (e = check(n, "initial state", &in[5], state, err)));
    if (e || !r->kind->has_state)
        return e;
    (void)((e = check(n, "initial cell", &in[6], state, err)) ||
           (e = check(n, "peephole weight", &in[7],
                      SHAPE2(d, ops_times(3, r->hidden)), err)));
    return e;
}

int ops_recurrent_read(struct recurrent *out, const struct node *n,
                       const struct cell_kind *kind,
                       const struct shape in[static 8],
                       struct prune_error *err)
{
    struct recurrent r = {.kind = kind};
    int e = read_direction(&r, n, err);
    if (!e)
        e = read_functions(&r, n, err);
    r.layout = node_int(n, "layout", 0) != 0;
    r.clip = node_float(n, "clip", 0.0F);
    r.flag = kind->flag && node_int(n, kind->flag, 0) != 0;
    if (!e)
        e = check_shapes(&r, n, in, err);
    if (!e)
        *out = r;
    return e;
}

static void shapes_of(struct shape in[static 8], const struct graph *g,
                      const struct node *n)
{
    for (int i = 0; i < 8; i++)
        in[i] = node_in(g, n, i) ? node_in(g, n, i)->shape : SHAPE_UNKNOWN;
}

int ops_infer_recurrent(struct graph *g, struct node *n,
                        const struct cell_kind *kind,
                        struct prune_error *err)
{
    struct recurrent r;
    struct shape in[8];
    shapes_of(in, g, n);
    int e = ops_recurrent_read(&r, n, kind, in, err);
    if (e)
        return e;
    struct shape y = ops_recurrent_y(&r), state = ops_recurrent_state(&r);
    enum dtype dtype = node_in(g, n, 0)->dtype;
    (void)((e = ops_out(g, n, 0, &y, dtype, err)) ||
           (e = ops_out(g, n, 1, &state, dtype, err)));
    return e || !kind->has_state ? e : ops_out(g, n, 2, &state, dtype, err);
}

void ops_cost_recurrent(const struct graph *g, const struct node *n,
                        struct cost *out)
{
    const struct shape *x = &node_in(g, n, 0)->shape;
    const struct shape *w = &node_in(g, n, 1)->shape;
    const struct shape *r = &node_in(g, n, 2)->shape;
    struct shape rows = {.rank = 2, .dims = {x->dims[0], x->dims[1]}};
    if (x->rank == 3 && w->rank == 3 && r->rank == 3)
        out->macs = ops_macs(&rows, ops_times(shape_span(w, 0, 2),
                                              w->dims[2] + r->dims[2]));
    out->weights = 1U << 1 | 1U << 2;
    out->learned = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 7;
}

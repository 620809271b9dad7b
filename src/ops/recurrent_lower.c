#include <strings.h>

#include "ops/recurrent.h"
#include "ops/recurrent_lower.h"

/* A layer whose sequences are all whole and whose functions are the usual
 * ones, as one primitive for each direction. Shapes in recurrent.h. */

/* The activation i is `name`. */
static int is_function(const struct node *n, int i, const char *name)
{
    const char *text = node_text_at(n, "activations", i);
    return !node_attr(n, "activations") || (text && !strcasecmp(text, name));
}

/* What cell direction d has; -1: none that the engine knows. */
static int cell_of(const struct recurrent *r, const struct node *n, int d)
{
    const struct cell_kind *kind = r->kind;
    int from = d * kind->functions;
    if (kind->gates == 1 && node_attr(n, "activations") &&
        is_function(n, from, "Relu"))
        return RNN_RELU;
    for (int i = 0; i < kind->functions; i++)
        if (!is_function(n, from + i, kind->defaults[i]))
            return -1;
    return kind->gates == 1   ? RNN_TANH
           : kind->gates == 3 ? RNN_GRU
                              : RNN_LSTM;
}

/* The lengths are all those of the whole. */
static int sequences_are_whole(const struct recurrent *r,
                               const struct graph *g, const struct node *n)
{
    if (n->n_inputs < 5 || n->inputs[4] < 0)
        return 1;
    const struct tensor *t = value_constant(g, n->inputs[4]);
    if (!t || t->dtype != DTYPE_I32)
        return 0;
    for (int64_t i = 0; i < tensor_numel(t); i++)
        if (((const int32_t *)t->data)[i] != r->steps)
            return 0;
    return 1;
}

static int refuse(const struct recurrent *r, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    if (r->layout || r->clip != 0.0F)
        return lower_refuse(n, err, "it has a layout or a clip");
    if (r->kind->has_state && (r->flag || node_in(g, n, 7)))
        return lower_refuse(n, err, "its gates depend on the cell");
    if (!sequences_are_whole(r, g, n))
        return lower_refuse(n, err, "its sequences have lengths");
    for (int d = 0; d < r->directions; d++)
        if (cell_of(r, n, d) < 0)
            return lower_refuse(n, err, "its activations are unusual");
    if (r->steps < 1 || r->batch < 1 || r->features < 1 || r->hidden < 1)
        return lower_refuse(n, err, "it has no elements");
    return 0;
}

/* Entries `at` … `at + n` of the first axis. */
static int cut(struct lowering *l, const struct node *n, int slot,
               struct shape s, int64_t at, int64_t count, int out,
               struct prune_error *err)
{
    struct prim p = {.kind = &prim_slice};
    s.dims[0] = count;
    p.slice.start[0] = at;
    for (int k = 0; k < s.rank; k++)
        p.slice.step[k] = 1;
    if (out == NO_SLOT)
        out = lower_temp(l, &s, err);
    int e = lower_add(l, n, p, &slot, 1, out, err);
    return e ? e : out;
}

static int is_zero(const struct graph *g, const struct node *n, int i)
{
    const struct tensor *t = ops_f32(g, n, i);
    for (int64_t k = 0; t && k < tensor_numel(t); k++)
        if (tensor_f32(t)[k] != 0.0F)
            return 0;
    return t != NULL;
}

/* Input i of direction d, as a slot; -1 when it is absent, or a first state
 * of zeros. */
static int input_of(struct lowering *l, const struct recurrent *r,
                    const struct graph *g, const struct node *n, int i,
                    int d, struct prune_error *err)
{
    if (!node_in(g, n, i) || (i >= 5 && is_zero(g, n, i)))
        return -1;
    int slot = lower_in(l, n, i);
    if (i == 0 || r->directions == 1 || slot < 0)
        return slot;
    return cut(l, n, slot, node_in(g, n, i)->shape, d, 1, NO_SLOT, err);
}

/* One direction: its slot [T + 1, N, H], or a code. */
static int direction(struct lowering *l, const struct recurrent *r,
                     const struct graph *g, const struct node *n, int d,
                     struct prune_error *err)
{
    static const int from[] = {0, 1, 2, 3, 5, 6};
    struct shape s = {.rank = 3,
                      .dims = {r->steps + 1, r->batch, r->hidden}};
    struct prim p = {.kind = &prim_rnn,
                     .rnn = {.cell = (enum rnn)cell_of(r, n, d),
                             .reverse = r->reverse || d == 1,
                             .linear_before_reset = r->flag,
                             .hidden = r->hidden}};
    int in[6], n_in = r->kind->has_state ? 6 : 5;
    for (int i = 0; i < n_in; i++) {
        in[i] = input_of(l, r, g, n, from[i], d, err);
        if (in[i] < -1)
            return in[i];
    }
    int out = lower_temp(l, &s, err);
    int e = out < 0 ? out : lower_add(l, n, p, in, n_in, out, err);
    return e ? e : out;
}

/* One row or all of the steps of each direction, joined along an axis of
 * the node's output i, in which a direction has the shape `part`. */
static int result(struct lowering *l, const struct recurrent *r,
                  const struct node *n, int i, const int *slots,
                  struct prune_error *err)
{
    struct shape all = {.rank = 3,
                        .dims = {r->steps + 1, r->batch, r->hidden}};
    struct shape part = ops_recurrent_y(r);
    int out = lower_out(l, n, i), in[2], e = 0;
    if (out == NO_SLOT)
        return 0;
    part.dims[1] = 1;
    for (int d = 0; d < r->directions && e >= 0; d++) {
        int back = r->reverse || d == 1;
        int64_t last = i == 2 ? r->steps : back ? 0 : r->steps - 1;
        int last_one = r->directions == 1 && i > 0;
        e = cut(l, n, slots[d], all, i == 0 ? 0 : last,
                i == 0 ? r->steps : 1, last_one ? out : NO_SLOT, err);
        in[d] = e;
        if (e < 0 || i > 0)
            continue;
        int to = r->directions == 1 ? out : lower_temp(l, &part, err);
        e = lower_add(l, n, (struct prim){.kind = &prim_view}, &in[d], 1, to,
                      err);
        in[d] = to;
    }
    if (e < 0 || r->directions == 1)
        return e < 0 ? e : 0;
    struct prim join = {.kind = &prim_concat, .concat = {i == 0 ? 1 : 0}};
    return lower_add(l, n, join, in, 2, out, err);
}

int ops_lower_recurrent(struct lowering *l, const struct graph *g,
                        const struct node *n, const struct cell_kind *kind,
                        struct prune_error *err)
{
    struct shape in[8];
    struct recurrent r;
    int slots[2];
    for (int i = 0; i < 8; i++)
        in[i] = node_in(g, n, i) ? node_in(g, n, i)->shape : SHAPE_UNKNOWN;
    int e = ops_recurrent_read(&r, n, kind, in, err);
    if (!e)
        e = refuse(&r, g, n, err);
    for (int d = 0; !e && d < r.directions; d++) {
        slots[d] = direction(l, &r, g, n, d, err);
        e = slots[d] < 0 ? slots[d] : 0;
    }
    for (int i = 0; !e && i < (kind->has_state ? 3 : 2); i++)
        e = result(l, &r, n, i, slots, err);
    return e;
}

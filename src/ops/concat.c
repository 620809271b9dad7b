#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* All inputs, end to end along one axis. The same tensor may come twice. */

static int find_axis(const struct graph *g, const struct node *n, int *out,
                     struct prune_error *err)
{
    return ops_axis(g, n, node_int(n, "axis", 1), out, err);
}

static int join_ints(struct graph *g, struct node *n, struct prune_error *err)
{
    struct ints all = {0}, next;

    for (int i = 0; i < n->n_inputs; i++) {
        if (!ops_in_ints(g, n, i, &next) || all.n + next.n > OPS_MAX_INTS)
            return 0;
        for (int64_t k = 0; k < next.n; k++)
            all.at[all.n++] = next.at[k];
    }
    return ops_set_ints(g, n, &all, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    int axis, e = find_axis(g, n, &axis, err);
    char one[96], two[96];

    for (int i = 1; !e && i < n->n_inputs; i++) {
        const struct value *v = node_in(g, n, i);
        if (!v || v->shape.rank != out.rank)
            return ops_bad(n, err, "input %d has another number of axes", i);
        for (int k = 0; k < out.rank; k++)
            if (k != axis && v->shape.dims[k] != out.dims[k])
                return ops_bad(n, err, "%s does not fit %s along axis %d",
                               shape_text(&v->shape, one),
                               shape_text(&out, two), axis);
        if (__builtin_add_overflow(out.dims[axis], v->shape.dims[axis],
                                   &out.dims[axis]))
            return ops_bad(n, err, "the joined axis is too large");
    }
    if (!e)
        e = ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
    return e || out.rank != 1 || !node_out(g, n, 0) ? e
                                                    : join_ints(g, n, err);
}

/* The joined axis, when none or all of its parts are plain; a mixture is
 * frozen. */
static int join(struct coupling *c, const struct graph *g,
                const struct node *n, int axis, struct prune_error *err)
{
    int out = n->outputs[0], n_plain = 0, e = 0;
    int64_t at = 0;

    for (int i = 0; i < n->n_inputs; i++)
        n_plain += couple_is_plain(c, n->inputs[i], axis) != 0;
    if (n_plain == n->n_inputs) {
        couple_plain(c, out, axis);
        return 0;
    }
    for (int i = 0; !e && i < n->n_inputs; i++) {
        int64_t size = node_in(g, n, i)->shape.dims[axis];
        if (n_plain == 0)
            e = couple_span(c, n->inputs[i], axis, 0, out, axis, at, size,
                            err);
        else if (!couple_is_plain(c, n->inputs[i], axis))
            e = couple_freeze(c, n->inputs[i], axis, n,
                              "joins channels with what is none", err);
        at += size;
    }
    if (!e && n_plain)
        e = couple_freeze(c, out, axis, n, "joins channels with what is none",
                          err);
    return e;
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int axis, e;

    if (ops_couple_ints(c, g, n))
        return 0;
    e = find_axis(g, n, &axis, err);
    for (int i = 0; !e && i < n->n_inputs; i++)
        e = ops_tie_others(c, g, n, i, 0, axis, err);
    return e ? e : join(c, g, n, axis, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_concat};
    int e = find_axis(g, n, &p.concat.axis, err);
    int *in;

    if (e)
        return e;
    in = mem_calloc((size_t)n->n_inputs, sizeof *in);
    if (!in)
        return err_memory(err, "a concatenation's inputs");
    for (int i = 0; i < n->n_inputs; i++)
        in[i] = lower_in(l, n, i);
    e = lower_add(l, n, p, in, n->n_inputs, lower_out(l, n, 0), err);
    mem_free(in);
    return e;
}

const struct op op_concat = {
    .name = "Concat",
    .domain = "",
    .since = 4,
    .min_inputs = 1,
    .max_inputs = -1,
    .infer = infer,
    .couple = couple,
    .lower = lower,
};

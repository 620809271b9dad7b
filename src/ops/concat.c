#include "base/alloc.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/move.h"
#include "ops/ties.h"

/* All inputs, end to end along one axis. The same tensor may come twice. */

static int find_axis(const struct graph *g, const struct node *n, int *out,
                     struct prune_error *err)
{
    return ops_axis(g, n, node_int(n, "axis", 1), out, err);
}

/* Makes `out` longer by input i of shape x. */
static int append(struct shape *out, const struct node *n, int i,
                  const struct shape *x, int axis, struct prune_error *err)
{
    char one[96], two[96];

    if (x->rank != out->rank)
        return ops_bad(n, err, "input %d has another number of axes", i);
    for (int k = 0; k < out->rank; k++)
        if (k != axis && x->dims[k] != out->dims[k])
            return ops_bad(n, err, "%s does not fit %s along axis %d",
                           shape_text(x, one), shape_text(out, two), axis);
    if (__builtin_add_overflow(out->dims[axis], x->dims[axis],
                               &out->dims[axis]))
        return ops_bad(n, err, "the joined axis is too large");
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    int axis, e = find_axis(g, n, &axis, err);

    for (int i = 1; !e && i < n->n_inputs; i++) {
        if (!node_in(g, n, i))
            return ops_bad(n, err, "input %d is missing", i);
        e = append(&out, n, i, &node_in(g, n, i)->shape, axis, err);
    }
    return e ? e : ops_out(g, n, 0, &out, node_in(g, n, 0)->dtype, err);
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

static int joined(struct shape *out, int *axis, const struct host_call *c,
                  struct prune_error *err)
{
    const struct tensor *first = host_need(c, 0, err), *t;
    int e;

    if (!first)
        return PRUNE_E_INPUT;
    *out = first->shape;
    e = ops_axis_of(c->node, out->rank, node_int(c->node, "axis", 1), axis,
                    err);
    for (int i = 1; !e && i < c->node->n_inputs; i++) {
        if (!(t = host_need(c, i, err)))
            return PRUNE_E_INPUT;
        if (t->dtype != first->dtype)
            return host_bad(c, err, "input %d is %s, not %s", i,
                            dtype_name(t->dtype), dtype_name(first->dtype));
        e = append(out, c->node, i, &t->shape, *axis, err);
    }
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct shape shape;
    struct tensor *out;
    unsigned char *to;
    int axis, e = joined(&shape, &axis, c, err);

    if (!e)
        e = host_out(c, 0, host_in(c, 0)->dtype, &shape, &out, err);
    if (e || !out->size)
        return e;
    to = out->data;
    for (int i = 0; i < c->node->n_inputs; i++) {
        const struct tensor *x = host_in(c, i);
        size_t item = dtype_size(x->dtype);
        struct move m;
        ops_move_into(&m, &shape, &x->shape);
        m.dims[axis] = x->shape.dims[axis];
        ops_move(to, x->data, &m, item);
        to += (size_t)(m.dims[axis] * m.to[axis]) * item;
    }
    return 0;
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
    .host = host,
};

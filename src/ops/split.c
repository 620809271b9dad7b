#include <string.h>

#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/move.h"
#include "ops/ties.h"

/* One axis taken apart. The sizes are an attribute before opset 13, input 1
 * since; without them all parts are alike but perhaps a smaller last one. */
static int resolve(struct ints *sizes, int found, int64_t total,
                   const struct node *n, struct prune_error *err)
{
    int64_t each, sum = 0, left = total;

    if (n->n_outputs < 1 || n->n_outputs > OPS_MAX_INTS)
        return ops_bad(n, err, "it has %d outputs", n->n_outputs);
    each = total / n->n_outputs + (total % n->n_outputs != 0);
    for (int i = 0; !found && i < n->n_outputs; i++) {
        sizes->at[i] = left < each ? left : each;
        sizes->n = i + 1;
        left -= sizes->at[i];
    }
    for (int64_t i = 0; i < sizes->n; i++) {
        if (sizes->at[i] < 0 || sizes->at[i] > total - sum)
            return ops_bad(n, err, "a part of %lld", (long long)sizes->at[i]);
        sum += sizes->at[i];
    }
    if (sizes->n != n->n_outputs || sum != total)
        return ops_bad(n, err, "its parts do not make up %lld positions",
                       (long long)total);
    return 0;
}

static int parts(struct ints *sizes, int *axis, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    int e = ops_axis(g, n, node_int(n, "axis", 0), axis, err);
    int found = e ? e : ops_list(g, n, "split", 1, sizes, err);

    return found < 0 ? found
                     : resolve(sizes, found,
                               node_in(g, n, 0)->shape.dims[*axis], n, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct ints sizes;
    int axis, e;

    if (ops_open_list(g, n, "split", 1))
        return ops_out_late(g, n);
    e = parts(&sizes, &axis, g, n, err);
    for (int i = 0; !e && i < n->n_outputs; i++) {
        out.dims[axis] = sizes.at[i];
        e = ops_out(g, n, i, &out, node_in(g, n, 0)->dtype, err);
    }
    return e;
}

static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int in = n->inputs[0], axis, e;
    struct ints sizes;
    int64_t at = 0;

    if (node_in(g, n, 1))
        couple_plain_all(c, n->inputs[1]);
    if (ops_couple_ints(c, g, n))
        return 0;
    e = parts(&sizes, &axis, g, n, err);
    for (int i = 0; !e && i < n->n_outputs; at += sizes.at[i++]) {
        if (!node_out(g, n, i))
            continue;
        e = ops_tie_others(c, g, n, 0, i, axis, err);
        if (!e && couple_is_plain(c, in, axis))
            couple_plain(c, n->outputs[i], axis);
        else if (!e)
            e = couple_span(c, in, axis, at, n->outputs[i], axis, 0,
                            sizes.at[i], err);
    }
    return e;
}

/* Opset 18 tells the parts either by their number or by their sizes. */
static void drop_count(struct node *n)
{
    int kept = 0;

    for (int i = 0; i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, "num_outputs") != 0)
            n->attrs[kept++] = n->attrs[i];
    n->changed |= kept != n->n_attrs;
    n->n_attrs = kept;
}

static int cut(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    struct ints sizes;
    int64_t at = 0;
    int axis, e = parts(&sizes, &axis, c->g, n, err);

    if (e || !cut_touches(c, n->inputs[0], axis))
        return e;
    for (int i = 0; i < n->n_outputs; i++) {
        int64_t end = at + sizes.at[i];
        sizes.at[i] = ops_kept(c, n->inputs[0], axis, at, end);
        at = end;
    }
    if (c->g->opset < 13)
        return node_set_ints(c->g, node, "split", sizes.at, sizes.n, err);
    drop_count(&c->g->nodes[node]);
    return ops_mend_input(c, node, 1, &sizes, err);
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    struct prim p = {.kind = &prim_slice};
    int in = lower_in(l, n, 0), axis;
    struct ints sizes;
    int e = parts(&sizes, &axis, g, n, err);

    for (int k = 0; k < MAX_RANK; k++)
        p.slice.step[k] = 1;
    for (int i = 0; !e && i < n->n_outputs; i++) {
        if (node_out(g, n, i))
            e = lower_add(l, n, p, &in, 1, lower_out(l, n, i), err);
        p.slice.start[axis] += sizes.at[i];
    }
    return e;
}

static int take_part(struct host_call *c, int i, int axis, int64_t at,
                     int64_t size, struct prune_error *err)
{
    const struct tensor *x = host_in(c, 0);
    size_t item = dtype_size(x->dtype);
    struct shape shape = x->shape;
    struct tensor *out;
    struct move m;
    int e;

    shape.dims[axis] = size;
    if ((e = host_out(c, i, x->dtype, &shape, &out, err)) || !out->size)
        return e;
    ops_move_into(&m, &shape, &x->shape);
    ops_move(out->data,
             (const unsigned char *)x->data +
                 (size_t)(at * m.from[axis]) * item,
             &m, item);
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    struct ints sizes;
    int64_t at = 0;
    int axis, found, e;

    if (!x)
        return PRUNE_E_INPUT;
    e = ops_axis_of(c->node, x->shape.rank, node_int(c->node, "axis", 0),
                    &axis, err);
    found = e ? e : ops_host_list(c, "split", 1, &sizes, err);
    e = found < 0 ? found
                  : resolve(&sizes, found, x->shape.dims[axis], c->node, err);
    for (int i = 0; !e && i < c->node->n_outputs; at += sizes.at[i++])
        if (host_wants(c, i))
            e = take_part(c, i, axis, at, sizes.at[i], err);
    return e;
}

const struct op op_split = {
    .name = "Split",
    .domain = "",
    .since = 2,
    .min_inputs = 1,
    .max_inputs = 2,
    .infer = infer,
    .couple = couple,
    .cut = cut,
    .lower = lower,
    .host = host,
};

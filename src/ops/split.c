#include <string.h>

#include "graph/cut.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/lowering.h"
#include "ops/mend.h"
#include "ops/ties.h"

/* One axis taken apart. The sizes are an attribute before opset 13, input 1
 * since; without them all parts are alike but perhaps a smaller last one. */
static int parts(struct ints *sizes, int *axis, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    int found, e = ops_axis(g, n, node_int(n, "axis", 0), axis, err);
    int64_t total, each, sum = 0;

    if (e || (found = ops_list(g, n, "split", 1, sizes, err)) < 0)
        return e ? e : found;
    total = node_in(g, n, 0)->shape.dims[*axis];
    if (n->n_outputs < 1 || n->n_outputs > OPS_MAX_INTS)
        return ops_bad(n, err, "it has %d outputs", n->n_outputs);
    each = (total + n->n_outputs - 1) / n->n_outputs;
    for (int i = 0; !found && i < n->n_outputs; i++) {
        int64_t left = total - i * each;
        sizes->at[i] = left < 0 ? 0 : left < each ? left : each;
        sizes->n = i + 1;
    }
    for (int64_t i = 0; i < sizes->n; i++) {
        if (sizes->at[i] < 0 || sizes->at[i] > total)
            return ops_bad(n, err, "a part of %lld", (long long)sizes->at[i]);
        sum += sizes->at[i];
    }
    if (sizes->n != n->n_outputs || sum != total)
        return ops_bad(n, err, "its parts do not make up %lld positions",
                       (long long)total);
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    struct shape out = node_in(g, n, 0)->shape;
    struct ints sizes;
    int axis, e = parts(&sizes, &axis, g, n, err);

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
};

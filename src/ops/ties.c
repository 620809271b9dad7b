#include "ops/ties.h"

#include "ops/infer.h"

static int rank_of(const struct graph *g, int value)
{
    return g->values[value].shape.rank;
}

int ops_tie(struct coupling *c, int in, int axis_in, int out, int axis_out,
            struct prune_error *err)
{
    if (couple_is_plain(c, in, axis_in)) {
        couple_plain(c, out, axis_out);
        return 0;
    }
    return couple_same(c, in, axis_in, out, axis_out, err);
}

int ops_role(struct coupling *c, const struct node *n, int i, int axis,
             enum role role, struct prune_error *err)
{
    if (i >= n->n_inputs || n->inputs[i] < 0)
        return 0;
    return couple_role(c, n, n->inputs[i], axis, role, err);
}

int ops_rider(struct coupling *c, const struct graph *g, const struct node *n,
              int i, int value, int axis, enum role role,
              struct prune_error *err)
{
    int e;

    if (!node_in(g, n, i))
        return 0;
    e = couple_same(c, value, axis, n->inputs[i], 0, err);
    return e ? e : ops_role(c, n, i, 0, role, err);
}

int ops_freeze_live(struct coupling *c, const struct graph *g,
                    const struct node *n, int axis, const char *reason,
                    struct prune_error *err)
{
    int out = n->outputs[0];
    int e = 0;

    if (!couple_is_plain(c, n->inputs[0], axis))
        e = couple_freeze(c, n->inputs[0], axis, n, reason, err);
    if (!e && out >= 0 && axis < rank_of(g, out) &&
        !couple_is_plain(c, out, axis))
        e = couple_freeze(c, out, axis, n, reason, err);
    return e;
}

int ops_couple_map(struct coupling *c, const struct graph *g,
                   const struct node *n, const int *map,
                   struct prune_error *err)
{
    int out = n->outputs[0];
    int e = 0;

    for (int i = 0; !e && i < rank_of(g, out); i++) {
        if (map[i] < 0)
            couple_plain(c, out, i);
        else
            e = ops_tie(c, n->inputs[0], map[i], out, i, err);
    }
    return e;
}

int ops_tie_others(struct coupling *c, const struct graph *g,
                   const struct node *n, int i, int o, int but,
                   struct prune_error *err)
{
    int in = n->inputs[i], out = n->outputs[o];
    int e = 0;

    for (int k = 0; !e && k < rank_of(g, out); k++) {
        if (k == but)
            continue;
        e = i == 0 ? ops_tie(c, in, k, out, k, err)
                   : couple_same(c, in, k, out, k, err);
    }
    return e;
}

int ops_couple_plain(struct coupling *c, const struct graph *g,
                     const struct node *n, struct prune_error *err)
{
    (void)err;
    for (int i = 0; i < n->n_inputs; i++)
        if (node_in(g, n, i) && !dtype_is_float(node_in(g, n, i)->dtype))
            couple_plain_all(c, n->inputs[i]);
    for (int i = 0; i < n->n_outputs; i++)
        if (node_out(g, n, i))
            couple_plain_all(c, n->outputs[i]);
    return 0;
}

static int freeze_value(struct coupling *c, const struct graph *g,
                        const struct node *n, int value, const char *reason,
                        struct prune_error *err)
{
    if (value < 0)
        return 0;
    if (dtype_is_float(g->values[value].dtype))
        return couple_freeze_all(c, value, n, reason, err);
    couple_plain_all(c, value);
    return 0;
}

int ops_couple_frozen(struct coupling *c, const struct graph *g,
                      const struct node *n, const char *reason,
                      struct prune_error *err)
{
    int e = 0;

    for (int i = 0; !e && i < n->n_inputs; i++)
        e = freeze_value(c, g, n, n->inputs[i], reason, err);
    for (int i = 0; !e && i < n->n_outputs; i++)
        e = freeze_value(c, g, n, n->outputs[i], reason, err);
    return e;
}

int ops_couple_moved(struct coupling *c, const struct graph *g,
                     const struct node *n, struct prune_error *err)
{
    return ops_couple_frozen(c, g, n, "moves channels about", err);
}

int ops_couple_ints(struct coupling *c, const struct graph *g,
                    const struct node *n)
{
    const struct value *y = node_out(g, n, 0);

    if (y && dtype_is_float(y->dtype))
        return 0;
    return ops_couple_plain(c, g, n, NULL) == 0;
}

int ops_couple_pass(struct coupling *c, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    return ops_couple_ints(c, g, n) ? 0 : couple_through(c, g, n, err);
}

int ops_couple_broadcast(struct coupling *c, const struct graph *g,
                         const struct node *n, struct prune_error *err)
{
    int e = 0;

    if (ops_couple_ints(c, g, n))
        return 0;
    if (ops_old_axis(g, n) < 0)
        return couple_broadcast(c, g, n, err);
    for (int i = 0; !e && i < n->n_inputs; i++)
        e = couple_freeze_all(c, n->inputs[i], n, "broadcasts in the way of "
                              "opset 6", err);
    return e ? e : couple_freeze_all(c, n->outputs[0], n, "broadcasts in the "
                                     "way of opset 6", err);
}

void ops_plain_image(struct coupling *c, const struct graph *g, int value)
{
    for (int k = 0; k < rank_of(g, value); k++)
        if (k != 1)
            couple_plain(c, value, k);
}

int ops_couple_pool(struct coupling *c, const struct graph *g,
                    const struct node *n, struct prune_error *err)
{
    int e = 0;

    ops_plain_image(c, g, n->inputs[0]);
    for (int i = 0; !e && i < n->n_outputs; i++) {
        if (!node_out(g, n, i))
            continue;
        ops_plain_image(c, g, n->outputs[i]);
        e = ops_tie(c, n->inputs[0], 1, n->outputs[i], 1, err);
    }
    return e;
}

#include "graph/cut.h"

#include "base/alloc.h"
#include "graph/couple_parts.h"
#include "graph/op.h"

static int goes(const struct cut *c, int value, int axis, int64_t i)
{
    int group;
    int unit = coupling_unit(c->coupling, value, axis, i, &group);
    return unit >= 0 && c->removed[group] && c->removed[group][unit];
}

static int64_t old_size(const struct cut *c, int value, int axis)
{
    const struct shape *s = &c->g->values[value].shape;
    return axis >= 0 && axis < s->rank ? s->dims[axis] : -1;
}

int cut_keeps(const struct cut *c, int value, int axis, int64_t i)
{
    return !goes(c, value, axis, i);
}

int64_t cut_extent(const struct cut *c, int value, int axis)
{
    int64_t size = old_size(c, value, axis), kept = 0;
    for (int64_t i = 0; i < size; i++)
        kept += !goes(c, value, axis, i);
    return size < 0 ? size : kept;
}

int cut_touches(const struct cut *c, int value, int axis)
{
    int64_t size = old_size(c, value, axis);
    for (int64_t i = 0; i < size; i++)
        if (goes(c, value, axis, i))
            return 1;
    return 0;
}

/* --- constants --------------------------------------------------------- */

/* *t, a reference of the caller's, without what goes along one axis. The
 * sizes in the values are the old ones throughout. */
static int cut_axis(const struct cut *c, int value, int axis,
                    struct tensor **t, struct prune_error *err)
{
    int64_t n = 0, size = old_size(c, value, axis);
    int64_t *keep = mem_calloc((size_t)size, sizeof *keep);
    if (!keep)
        return err_memory(err, "a cut");
    for (int64_t i = 0; i < size; i++)
        if (!goes(c, value, axis, i))
            keep[n++] = i;
    struct tensor *taken = NULL;
    int rc = n ? tensor_take(&taken, *t, axis, keep, n, err)
               : err_set(err, PRUNE_E_FAILED,
                         "nothing would be left of '%s', axis %d",
                         c->g->values[value].name, axis);
    mem_free(keep);
    if (rc)
        return rc;
    tensor_unref(*t);
    *t = taken;
    return 0;
}

/* The new constant of a value in *out, or NULL when nothing of it goes. */
static int cut_constant(const struct cut *c, int value, struct tensor **out,
                        struct prune_error *err)
{
    struct tensor *t = tensor_ref(c->g->values[value].constant);
    int rc = 0, touched = 0;
    for (int a = 0; !rc && a < c->g->values[value].shape.rank; a++)
        if (cut_touches(c, value, a)) {
            touched = 1;
            rc = cut_axis(c, value, a, &t, err);
        }
    if (rc || !touched)
        tensor_unref(t);
    else
        *out = t;
    return rc;
}

/* Replaces the constants, but leaves the sizes in the values. */
static int cut_constants(struct cut *c, struct prune_error *err)
{
    for (int v = 0; v < c->g->n_values; v++) {
        struct tensor *t = NULL;
        int rc = c->g->values[v].constant ? cut_constant(c, v, &t, err) : 0;
        if (rc)
            return rc;
        if (!t)
            continue;
        struct shape old = c->g->values[v].shape;
        rc = graph_set_constant(c->g, v, t, err);
        if (rc)
            return rc;
        c->g->values[v].shape = old;
    }
    return 0;
}

static int only_use(const struct cut *c, int node, int input, int home)
{
    return c->g->nodes[node].inputs[input] == home &&
           graph_n_uses(c->g, home) == 1;
}

static struct tensor *ints_like(const struct tensor *old, const int64_t *ints,
                                int64_t n, struct prune_error *err)
{
    struct shape s = {.rank = 1, .dims = {n}};
    struct tensor *t = NULL;
    int narrow = old && old->dtype == DTYPE_I32;
    if (old && old->shape.rank == 0 && n == 1)
        s.rank = 0;
    if (tensor_new(&t, narrow ? DTYPE_I32 : DTYPE_I64, &s, err))
        return NULL;
    for (int64_t i = 0; i < n; i++) {
        if (narrow)
            ((int32_t *)t->data)[i] = (int32_t)ints[i];
        else
            ((int64_t *)t->data)[i] = ints[i];
    }
    return t;
}

int cut_set_ints(struct cut *c, int node, int input, const int64_t *ints,
                 int64_t n, struct prune_error *err)
{
    struct node *at = &c->g->nodes[node];
    if (input < 0 || input >= at->n_inputs)
        return err_set(err, PRUNE_E_FAILED, "node %s has no input %d",
                       at->label, input);
    int value = at->inputs[input];
    int home = value_constant_home(c->g, value);
    struct tensor *t = ints_like(value_constant(c->g, value), ints, n, err);
    if (!t)
        return PRUNE_E_MEMORY;
    if (home >= 0 && only_use(c, node, input, home))
        return graph_set_constant(c->g, home, t, err);
    int fresh;
    int rc = graph_add_constant(
        c->g, value < 0 ? "sizes" : c->g->values[value].name, t, &fresh, err);
    if (rc)
        return rc;
    at->inputs[input] = fresh;
    at->changed = 1;
    return 0;
}

/* --- the check --------------------------------------------------------- */

/* want: what the coupling promised, by value, before anything was cut. */
static struct shape promised(const struct cut *c, int value)
{
    struct shape s = c->g->values[value].shape;
    for (int a = 0; a < s.rank; a++)
        s.dims[a] = cut_extent(c, value, a);
    return s;
}

static int check_value(struct graph *g, int value, const struct shape *old,
                       const struct shape *want, struct prune_error *err)
{
    char have[96], text[96];
    struct value *v = &g->values[value];
    if (!shape_equal(&v->shape, want))
        return err_set(err, PRUNE_E_FAILED,
                       "node %s: '%s' came out as %s instead of %s",
                       v->producer < 0 ? "(none)"
                                       : g->nodes[v->producer].label,
                       v->name, shape_text(&v->shape, have),
                       shape_text(want, text));
    v->resized |= !shape_equal(&v->shape, old);
    return 0;
}

static int cut_node(struct cut *c, int node, struct prune_error *err)
{
    const struct node *n = &c->g->nodes[node];
    if (!n->op || !n->op->cut || !coupling_shapes_known(c->g, n))
        return 0;
    /* What cannot be said without the data was frozen. */
    struct prune_error why = {0};
    int rc = n->op->cut(c, node, &why);
    return !rc || rc == PRUNE_E_UNSUPPORTED ? 0
                                            : err_set(err, rc, "%s", why.text);
}

static int apply(struct cut *c, struct shape *old, struct shape *want,
                 int n_values, struct prune_error *err)
{
    for (int v = 0; v < n_values; v++) {
        old[v] = c->g->values[v].shape;
        want[v] = promised(c, v);
    }
    int rc = cut_constants(c, err);
    for (int i = 0; !rc && i < c->g->n_nodes; i++)
        rc = cut_node(c, i, err);
    if (!rc)
        rc = graph_infer_again(c->g, err);
    for (int v = 0; !rc && v < n_values; v++)
        rc = check_value(c->g, v, &old[v], &want[v], err);
    return rc;
}

int cut_apply(struct graph *g, const struct coupling *coupling,
              unsigned char *const *removed, struct prune_error *err)
{
    struct cut c = {.g = g, .coupling = coupling, .removed = removed};
    int n = g->n_values;
    struct shape *shapes = mem_calloc((size_t)n, 2 * sizeof *shapes);
    if (!shapes)
        return err_memory(err, "a cut");
    int rc = apply(&c, shapes, shapes + n, n, err);
    mem_free(shapes);
    return rc;
}

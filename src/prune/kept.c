#include "prune/kept.h"

#include <string.h>

#include "base/alloc.h"

/* Positions of the axis that stay, or none when all of them do. */
static int keep_axis(struct kept_axis *out, const struct cut *cut, int value,
                     int axis)
{
    int64_t n = cut->g->values[value].shape.dims[axis], m = 0;
    int64_t *index = mem_calloc((size_t)n, sizeof *index);
    if (!index)
        return -1;
    for (int64_t i = 0; i < n; i++)
        if (cut_keeps(cut, value, axis, i))
            index[m++] = i;
    *out = (struct kept_axis){axis, m, index};
    return 0;
}

static int touched_axis(const struct cut *cut, int value)
{
    for (int axis = 0; axis < cut->g->values[value].shape.rank; axis++)
        if (cut_touches(cut, value, axis))
            return axis;
    return -1;
}

int kept_init(struct kept *out, const struct graph *g,
              const struct coupling *c, unsigned char *const *removed,
              struct prune_error *err)
{
    /* Only read through: cut_keeps and cut_touches edit nothing. */
    struct cut cut = {.g = (struct graph *)(uintptr_t)g,
                      .coupling = c,
                      .removed = removed};
    struct kept k = {.n_values = g->n_values};
    k.values = mem_calloc((size_t)g->n_values, sizeof *k.values);
    int bad = !k.values;
    for (int v = 0; v < g->n_values && !bad; v++)
        k.values[v].axis = -1;
    for (int v = 0; v < g->n_values && !bad; v++) {
        int axis = touched_axis(&cut, v);
        if (axis >= 0)
            bad = keep_axis(&k.values[v], &cut, v, axis);
    }
    if (bad) {
        kept_done(&k);
        return err_memory(err, "the list of what is kept");
    }
    *out = k;
    return 0;
}

void kept_done(struct kept *k)
{
    for (int v = 0; k->values && v < k->n_values; v++)
        mem_free(k->values[v].index);
    mem_free(k->values);
    memset(k, 0, sizeof *k);
}

int64_t kept_position(const struct kept *k, int value, int axis, int64_t i)
{
    if (!k || value >= k->n_values || k->values[value].axis != axis)
        return i;
    return i < k->values[value].n ? k->values[value].index[i] : -1;
}

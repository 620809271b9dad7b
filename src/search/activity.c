#include "search/activity.h"

#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "recover/moments.h"

/* Adds a value to the list unless it is there. */
static void want(struct channels *list, int *n, int value, int axis)
{
    for (int i = 0; i < *n; i++)
        if (list[i].value == value)
            return;
    list[(*n)++] = (struct channels){.value = value, .axis = axis};
}

static int take(struct activity *a, struct channels *list, int n,
                struct prune_error *err)
{
    for (int i = 0; i < n; i++) {
        double *v = mem_calloc((size_t)list[i].n, sizeof *v);
        if (!v)
            return err_memory(err, "the activity of a layer");
        for (int64_t k = 0; k < list[i].n; k++)
            v[k] = moments_var(&list[i].m[k]);
        a->variance[list[i].value] = v;
    }
    return 0;
}

int activity_measure(struct activity *out, const struct work *w,
                     struct prune_error *err)
{
    const struct graph *g = w->original;
    struct activity a = {.n_values = g->n_values};
    int n = 0, rc;
    struct channels *list =
        mem_calloc((size_t)g->n_nodes, 2 * sizeof *list);
    a.variance = mem_calloc((size_t)g->n_values, sizeof *a.variance);
    if (!list || !a.variance) {
        mem_free(list);
        mem_free(a.variance);
        return err_memory(err, "the activity of a network");
    }
    for (int i = 0; i < g->n_nodes; i++) {
        const struct node *node = &g->nodes[i];
        if (!node->op || !(node->op->traits & OP_LINEAR))
            continue;
        want(list, &n, node->inputs[0], criterion_channel_axis(g, node));
        want(list, &n, node->outputs[0], criterion_channel_axis(g, node));
    }
    rc = moments_collect(list, n, g, w->s, w->calibration, w->calibration->n,
                         w->progress, "measure", err);
    if (!rc)
        rc = take(&a, list, n, err);
    channels_free(list, n);
    if (rc) {
        activity_done(&a);
        return rc;
    }
    *out = a;
    return 0;
}

void activity_done(struct activity *a)
{
    for (int i = 0; a->variance && i < a->n_values; i++)
        mem_free(a->variance[i]);
    mem_free(a->variance);
    memset(a, 0, sizeof *a);
}

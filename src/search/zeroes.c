/* Techniques that set weights to zero: the count is exact at once. */
#include "base/alloc.h"
#include "prune/technique.h"
#include "search/work.h"

static int list_sites(struct work *w, struct prune_error *err)
{
    const struct graph *g = w->out->graph;
    struct weight_site *sites;
    int n, rc = cost_weights(&sites, &n, g, err);
    if (rc)
        return rc;
    for (int i = 0; i < n && !rc; i++) {
        const struct node *node = &g->nodes[sites[i].node];
        const struct tensor *t = g->values[sites[i].value].constant;
        int64_t total = tensor_numel(t);
        rc = settings_excludes(w->s, node->name, node->label)
                 ? work_refuse(w, node->label, "excluded by request", err)
                 : work_part(w, node, "weights", total - tensor_nonzeros(t),
                             total, err);
    }
    mem_free(sites);
    return rc;
}

int decide_zeroes(struct work *w, struct prune_error *err)
{
    struct decision *d = w->out;
    int rc = progress_tell(w->progress, "select", 0, 1, err);
    if (!rc)
        rc = graph_clone(&d->graph, w->original, err);
    if (!rc)
        rc = w->s->technique->zero(d->graph, w->s, err);
    if (!rc)
        rc = list_sites(w, err);
    if (!rc)
        rc = work_achieved(&d->achieved, w, d->graph, err);
    if (rc)
        return rc;
    d->target_met = work_met(w->s, d->achieved);
    if (!d->target_met && (!w->s->best_effort || d->achieved <= 0))
        return work_short(w, d->achieved,
                          w->s->exclude[0]
                              ? "the rest is excluded, or the last weight of "
                                "its layer"
                              : "every layer is down to one weight",
                          err);
    return progress_tell(w->progress, "select", 1, 1, err);
}

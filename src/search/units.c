/* Techniques that cut units: one order of all steps, and the fewest steps
 * from its beginning that reach the target. Cost falls with every step, so
 * that bisection finds them. */
#include "prune/units.h"

#include <string.h>

#include "base/alloc.h"
#include "graph/op.h"
#include "prune/technique.h"
#include "search/activity.h"
#include "search/work.h"

struct search {
    struct work *w;
    struct coupling *coupling;
    struct activity activity; /* zeroed unless the criterion needs it */
    struct unit_plan plan;
};

/* Prunable parameters left with the plan's marks, from sizes alone. */
static int left(int64_t *out, const struct search *x, struct prune_error *err)
{
    const struct graph *g = x->w->original;
    struct cut cut = {.g = (struct graph *)(uintptr_t)g,
                      .coupling = x->coupling,
                      .removed = x->plan.removed};
    struct weight_site *sites;
    int n, rc = cost_weights(&sites, &n, g, err);
    if (rc)
        return rc;
    *out = 0;
    for (int i = 0; i < n; i++) {
        int64_t size = 1;
        for (int a = 0; a < g->values[sites[i].value].shape.rank; a++)
            size *= cut_extent(&cut, sites[i].value, a);
        *out += size;
    }
    mem_free(sites);
    return 0;
}

/* The graph with the plan's marks cut out. */
static int cut_graph(struct graph **out, const struct search *x,
                     struct prune_error *err)
{
    struct graph *g = NULL;
    int rc = graph_clone(&g, x->w->original, err);
    if (!rc)
        rc = cut_apply(g, x->coupling, x->plan.removed, err);
    if (rc) {
        graph_free(g);
        return rc;
    }
    *out = g;
    return 0;
}

/* How far the plan's marks get, in the target's own unit. */
static int reach_marked(double *out, struct search *x,
                        struct prune_error *err)
{
    struct work *w = x->w;
    const int64_t before = w->before.total.prunable;
    int64_t after;
    struct graph *g;
    int rc;
    if (w->s->target == TARGET_SPARSITY) {
        if (!(rc = left(&after, x, err)))
            *out = (double)(before - after) / (double)before;
        return rc;
    }
    if ((rc = cut_graph(&g, x, err)))
        return rc;
    rc = work_achieved(out, w, g, err);
    graph_free(g);
    return rc;
}

/* How far the first k steps get. */
static int reach(double *out, struct search *x, int k,
                 struct prune_error *err)
{
    unit_plan_take(&x->plan, k);
    if (x->w->s->target != TARGET_UNIT_SPARSITY)
        return reach_marked(out, x, err);
    *out = (double)unit_plan_count(&x->plan, k) / (double)x->plan.n_units;
    return 0;
}

/* Every group has to give its share: steps are in the order of it. */
static int fewest_by_share(const struct search *x, int limit)
{
    int k = 0;
    for (int i = 0; i < limit; i++)
        if (x->plan.steps[i].key < x->w->s->amount)
            k = i + 1;
    return k;
}

/* The fewest steps that reach the target, or `limit` when none do. */
static int fewest(int *out, struct search *x, int limit,
                  struct prune_error *err)
{
    int low = 0, high = limit, rc = 0;
    double got;
    if (x->w->s->target == TARGET_UNIT_SPARSITY) {
        *out = fewest_by_share(x, limit);
        return 0;
    }
    while (low < high && !rc) {
        int mid = low + (high - low) / 2;
        if (!(rc = progress_tell(x->w->progress, "select", limit - high + low,
                                 limit, err)) &&
            !(rc = reach(&got, x, mid, err))) {
            if (work_met(x->w->s, got))
                high = mid;
            else
                low = mid + 1;
        }
    }
    *out = low;
    return rc;
}

/* Whether each group gave the share that unit_sparsity asks. */
static int shares_met(const struct search *x)
{
    const struct unit_plan *p = &x->plan;
    for (int g = 0; g < p->n_groups; g++) {
        int n = coupling_group(x->coupling, g)->n_units, gone = 0;
        for (int u = 0; u < n; u++)
            gone += p->removed[g][u];
        if (p->order[g] && (double)gone / n < x->w->s->amount)
            return 0;
    }
    return 1;
}

static int list_refusals(struct search *x, struct prune_error *err)
{
    const struct graph *g = x->w->original;
    int rc = 0;
    for (int i = 0; i < coupling_n_groups(x->coupling) && !rc; i++) {
        const struct group *group = coupling_group(x->coupling, i);
        int node = unit_group_excluded(g, group, x->w->s);
        if (group->refusal < 0 && node >= 0)
            rc = work_refuse(x->w, g->nodes[node].label,
                             "excluded by request", err);
    }
    for (int i = 0; i < coupling_n_refusals(x->coupling) && !rc; i++) {
        const struct refusal *r = coupling_refusal(x->coupling, i);
        rc = work_refuse(x->w, r->node >= 0 ? g->nodes[r->node].label : "",
                         r->reason, err);
    }
    return rc;
}

/* One line for each weight whose node makes units that were ranked. */
static int list_parts(struct search *x, struct prune_error *err)
{
    const struct graph *g = x->w->original;
    struct cut cut = {.g = (struct graph *)(uintptr_t)g,
                      .coupling = x->coupling,
                      .removed = x->plan.removed};
    int rc = 0;
    for (int i = 0; i < x->plan.n_groups && !rc; i++) {
        const struct group *group = coupling_group(x->coupling, i);
        for (int m = 0; m < group->n_members && x->plan.order[i] && !rc;
             m++) {
            const struct member *b = &group->members[m];
            if (b->role != ROLE_OUT || b->node < 0)
                continue;
            const struct node *n = &g->nodes[b->node];
            int64_t total = g->values[b->value].shape.dims[b->axis];
            int dense = n->op && n->op->traits & OP_DENSE;
            rc = work_part(x->w, n, dense ? "neurons" : "channels",
                           total - cut_extent(&cut, b->value, b->axis), total,
                           err);
        }
    }
    return rc;
}

/* Carries the plan's marks out, in all the forms that are asked for. */
static int carry_out(struct search *x, struct prune_error *err)
{
    struct decision *d = x->w->out;
    int rc = cut_graph(&d->graph, x, err);
    if (!rc)
        rc = graph_clone(&d->masked, x->w->original, err);
    if (!rc)
        rc = cut_mask(d->masked, x->coupling, x->plan.removed, err);
    if (!rc)
        rc = kept_init(&d->kept, x->w->original, x->coupling,
                       x->plan.removed, err);
    if (!rc)
        rc = list_parts(x, err);
    return rc;
}

static int decide(struct search *x, struct prune_error *err)
{
    struct work *w = x->w;
    struct decision *d = w->out;
    const int limit =
        w->s->best_effort ? x->plan.n_sensible : x->plan.n_steps;
    int k, rc = fewest(&k, x, limit, err);
    if (!rc)
        rc = reach(&d->achieved, x, k, err);
    if (rc)
        return rc;
    d->target_met = w->s->target == TARGET_UNIT_SPARSITY
                        ? shares_met(x)
                        : work_met(w->s, d->achieved);
    if (!d->target_met && (!w->s->best_effort || k == 0))
        return work_short(w, d->achieved,
                          x->plan.n_taken_groups
                              ? "one unit is left of every group that may be "
                                "pruned"
                              : "no group may be pruned",
                          err);
    return carry_out(x, err);
}

int decide_units(struct work *w, struct prune_error *err)
{
    struct search x = {.w = w};
    int rc = coupling_new(&x.coupling, w->original, err);
    if (!rc)
        rc = coupling_run(x.coupling, err);
    if (!rc && criterion_find(w->s->criterion)->needs == NEEDS_ACTIVATIONS)
        rc = activity_measure(&x.activity, w, err);
    if (!rc)
        rc = unit_plan_init(&x.plan, w->original, x.coupling, w->s,
                            &x.activity, err);
    if (!rc)
        rc = list_refusals(&x, err);
    if (!rc)
        rc = x.plan.n_taken_groups ? decide(&x, err) : work_nothing(w, err);
    unit_plan_done(&x.plan);
    activity_done(&x.activity);
    coupling_free(x.coupling);
    return rc;
}

/* Techniques that drop layers: one at a time, always that which costs the
 * least for what it brings towards the target. What it costs is measured on
 * calibration samples where there are any (criterion ablation), mended
 * before it is judged when the run will be mended too; otherwise weights
 * say it. */
#include "prune/bypass.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "graph/op.h"
#include "prune/technique.h"
#include "recover/judge.h"
#include "recover/recover.h"
#include "recover/stream.h"
#include "search/work.h"

/* Samples for mending and for judging a candidate; and how many of the
 * candidates, the most promising of the last round, are judged anew. */
enum { MEND_SAMPLES = 96, JUDGE_SAMPLES = 384, JUDGED_AGAIN = 4 };

struct search {
    struct work *w;
    struct graph *g;     /* what is left after the layers chosen so far */
    int n_chosen, *chosen; /* their `from`, in the order of choosing */
    double *price;       /* [n_values] of dropping up to that `from`, as
                            last told; NAN: never told */
    double achieved;     /* by g */
    struct judge judge;
    struct data_part mend, view;
    struct verdict now;  /* of g */
    int64_t told;        /* candidates judged, for progress */
};

static int measured(const struct search *x)
{
    return !strcmp(x->w->s->criterion, "ablation");
}

/* The graph without one more layer. */
static int without(struct graph **out, const struct graph *g, int from,
                   struct prune_error *err)
{
    struct graph *copy = NULL;
    int done = 0, rc = graph_clone(&copy, g, err);
    if (!rc)
        rc = bypass_apply(copy, from, &done, err);
    if (!rc && !done)
        rc = err_set(err, PRUNE_E_FAILED, "a layer to drop is not there");
    if (!rc)
        rc = graph_infer(copy, 1, NULL, 0, err);
    if (rc) {
        graph_free(copy);
        return rc;
    }
    *out = copy;
    return 0;
}

/* A node of `g` that the user excluded and `less` lacks, or -1. */
static int lost_excluded(const struct search *x, const struct graph *less)
{
    const struct graph *g = x->g;
    for (int i = 0; i < g->n_nodes && *x->w->s->exclude; i++) {
        const struct node *n = &g->nodes[i];
        if (settings_excludes(x->w->s, n->name, n->label) &&
            less->values[n->outputs[0]].producer < 0)
            return i;
    }
    return -1;
}

/* Judges a graph as it would be once the run is over. */
static int judge(struct verdict *out, struct search *x,
                 const struct graph *g, struct prune_error *err)
{
    const struct work *w = x->w;
    struct graph *mended = NULL;
    int rc = graph_clone(&mended, g, err);
    if (!rc && g != w->original && !strcmp(w->s->recover, "calibrate"))
        rc = recover_roughly(mended, w->original, NULL, &x->mend, w->s, NULL,
                             err);
    if (!rc)
        rc = judge_graph(out, &x->judge, mended, NULL, "ablate", err);
    graph_free(mended);
    return rc;
}

/* What dropping a layer does harm: loss on the samples, or what its weights
 * say. */
static int harm(double *out, struct search *x, const struct bypass *b,
                const struct graph *less, struct prune_error *err)
{
    const struct settings *s = x->w->s;
    struct verdict v;
    int rc;
    if (measured(x)) {
        if ((rc = judge(&v, x, less, err)))
            return rc;
        *out = fmax(v.loss - x->now.loss, 0) + 1e-4;
        return 0;
    }
    if (!strcmp(s->criterion, "random")) {
        struct rng r;
        rng_init(&r, s->seed + (uint64_t)b->from);
        *out = 1e-3 + (double)rng_uniform(&r);
        return 0;
    }
    *out = bypass_norm(x->g, b, !strcmp(s->criterion, "l1") ? 1 : 2, err);
    return *out < 0 ? PRUNE_E_MEMORY : 0;
}

/* The candidate's price: harm for what it brings, of which no more than is
 * still wanted counts. INFINITY: it brings nothing, or is excluded. */
static int tell_price(struct search *x, const struct bypass *b,
                      struct prune_error *err)
{
    struct work *w = x->w;
    struct graph *less = NULL;
    double achieved, cost, *price = &x->price[b->from];
    int rc = progress_tell(w->progress, "ablate", x->told++, 0, err);
    if (!rc)
        rc = without(&less, x->g, b->from, err);
    if (rc)
        return rc;
    int excluded = lost_excluded(x, less);
    rc = excluded < 0 ? work_achieved(&achieved, w, less, err)
                      : work_refuse(w, x->g->nodes[excluded].label,
                                    "excluded by request", err);
    double gain = excluded < 0 && !rc ? fabs(achieved - x->achieved) : 0;
    double wanted = fabs(w->s->amount - x->achieved);
    *price = INFINITY;
    if (!rc && gain > 0) {
        rc = harm(&cost, x, b, less, err);
        if (!rc)
            *price = cost / fmin(gain, wanted);
    }
    graph_free(less);
    return rc;
}

/* The candidate of the lowest price that is not to be skipped, the first of
 * equals; -1: there is none. */
static int cheapest(const struct search *x, const struct bypass *list, int n,
                    const unsigned char *skip)
{
    int best = -1;
    for (int i = 0; i < n; i++) {
        double p = x->price[list[i].from];
        if (!skip[i] && !isinf(p) &&
            (best < 0 || p < x->price[list[best].from]))
            best = i;
    }
    return best;
}

/* Prices of all that were never told, and again of the cheapest. */
static int tell_prices(struct search *x, const struct bypass *list, int n,
                       unsigned char *fresh, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        if (isnan(x->price[list[i].from]) || !measured(x)) {
            rc = tell_price(x, &list[i], err);
            fresh[i] = 1;
        }
    for (int k = 0; k < JUDGED_AGAIN && !rc; k++) {
        int i = cheapest(x, list, n, fresh);
        if (i < 0)
            break;
        rc = tell_price(x, &list[i], err);
        fresh[i] = 1;
    }
    return rc;
}

/* Makes the choice: g goes on without that layer. */
static int choose(struct search *x, int from, struct prune_error *err)
{
    struct graph *less;
    int rc = without(&less, x->g, from, err);
    if (rc)
        return rc;
    graph_free(x->g);
    x->g = less;
    x->chosen[x->n_chosen++] = from;
    rc = work_achieved(&x->achieved, x->w, less, err);
    return !rc && measured(x) ? judge(&x->now, x, less, err) : rc;
}

/* One round; *done when there is nothing left to choose. */
static int choose_next(struct search *x, int *done, struct prune_error *err)
{
    struct bypass *list;
    int n, rc = bypass_find(&list, &n, x->g, err);
    if (rc)
        return rc;
    unsigned char *fresh = mem_calloc((size_t)n, 1);
    unsigned char *skip = mem_calloc((size_t)n, 1);
    rc = fresh && skip ? tell_prices(x, list, n, fresh, err)
                       : err_memory(err, "the list of layers");
    for (int i = 0; i < n && !rc; i++)
        skip[i] = !fresh[i];
    int best = rc ? -1 : cheapest(x, list, n, skip);
    *done = best < 0;
    if (best >= 0)
        rc = choose(x, list[best].from, err);
    mem_free(fresh);
    mem_free(skip);
    mem_free(list);
    return rc;
}

/* The original without the chosen layers but for `but` (-1: all of them). */
static int build(struct graph **out, struct graph *masked, struct search *x,
                 int but, struct prune_error *err)
{
    struct graph *g = NULL;
    int rc = graph_clone(&g, x->w->original, err);
    for (int i = 0; i < x->n_chosen && !rc; i++) {
        struct bypass *list = NULL;
        int n = 0, done = 0;
        if (i == but)
            continue;
        rc = bypass_find(&list, &n, g, err);
        for (int k = 0; k < n && !rc && !done; k++) {
            if (list[k].from != x->chosen[i])
                continue;
            if (masked)
                rc = bypass_mask(masked, g, &list[k], err);
            if (!rc)
                rc = bypass_apply(g, x->chosen[i], &done, err);
            break;
        }
        mem_free(list);
    }
    if (!rc)
        rc = graph_infer(g, 1, NULL, 0, err);
    if (rc) {
        graph_free(g);
        return rc;
    }
    *out = g;
    return 0;
}

/* Gives back the layers that the target can be reached without. */
static int give_back(struct search *x, struct prune_error *err)
{
    int rc = 0;
    for (int i = x->n_chosen - 2; i >= 0 && !rc; i--) {
        struct graph *g;
        double achieved;
        if ((rc = build(&g, NULL, x, i, err)))
            return rc;
        rc = work_achieved(&achieved, x->w, g, err);
        graph_free(g);
        if (rc || !work_met(x->w->s, achieved))
            continue;
        memmove(x->chosen + i, x->chosen + i + 1,
                (size_t)(x->n_chosen - i - 1) * sizeof *x->chosen);
        x->n_chosen--;
    }
    return rc;
}

static int list_parts(struct search *x, struct prune_error *err)
{
    const struct graph *g = x->w->original, *left = x->w->out->graph;
    int rc = 0;
    for (int i = 0; i < g->n_nodes && !rc; i++) {
        const struct node *n = &g->nodes[i];
        int64_t count = x->w->before.nodes[i].prunable;
        if (count && left->values[n->outputs[0]].producer < 0)
            rc = work_part(x->w, n, "layer", count, count, err);
    }
    return rc;
}

static int carry_out(struct search *x, struct prune_error *err)
{
    struct decision *d = x->w->out;
    int rc = graph_clone(&d->masked, x->w->original, err);
    if (!rc)
        rc = build(&d->graph, d->masked, x, -1, err);
    if (!rc)
        rc = work_achieved(&d->achieved, x->w, d->graph, err);
    if (!rc)
        rc = list_parts(x, err);
    d->target_met = !rc && work_met(x->w->s, d->achieved);
    return rc;
}

static int start_judging(struct search *x, struct prune_error *err)
{
    const struct work *w = x->w;
    int rc = stream_sample(&x->mend, w->calibration, MEND_SAMPLES, err);
    if (!rc)
        rc = stream_sample(&x->view, w->calibration, JUDGE_SAMPLES, err);
    if (!rc)
        rc = judge_init(&x->judge, w->original, w->s, &x->view,
                        JUDGE_SAMPLES, w->progress, err);
    return rc ? rc : judge(&x->now, x, w->original, err);
}

static int start(struct search *x, struct prune_error *err)
{
    const struct graph *g = x->w->original;
    x->chosen = mem_calloc((size_t)g->n_nodes, sizeof *x->chosen);
    x->price = mem_calloc((size_t)g->n_values, sizeof *x->price);
    if (!x->chosen || !x->price)
        return err_memory(err, "the search for layers");
    for (int v = 0; v < g->n_values; v++)
        x->price[v] = NAN;
    int rc = graph_clone(&x->g, g, err);
    if (!rc)
        rc = work_achieved(&x->achieved, x->w, x->g, err);
    return !rc && measured(x) ? start_judging(x, err) : rc;
}

static int search(struct search *x, struct prune_error *err)
{
    const struct settings *s = x->w->s;
    int done = 0, rc = start(x, err);
    while (!rc && !done && !work_met(s, x->achieved))
        rc = choose_next(x, &done, err);
    if (rc)
        return rc;
    if (!x->n_chosen && done)
        return work_nothing(x->w, err);
    if (!work_met(s, x->achieved) && !s->best_effort)
        return work_short(x->w, x->achieved,
                          "no other layer can be dropped without changing "
                          "the layers around it",
                          err);
    if (work_met(s, x->achieved) && (rc = give_back(x, err)))
        return rc;
    return carry_out(x, err);
}

int decide_layers(struct work *w, struct prune_error *err)
{
    struct search x = {.w = w};
    int rc = search(&x, err);
    graph_free(x.g);
    mem_free(x.chosen);
    mem_free(x.price);
    judge_done(&x.judge);
    stream_sample_done(&x.mend);
    stream_sample_done(&x.view);
    return rc;
}

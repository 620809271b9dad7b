#include "search/decide.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "prune/technique.h"
#include "recover/stream.h"
#include "search/work.h"

static decide_f *const ways[] = {
    [TECHNIQUE_ZEROES] = decide_zeroes,
    [TECHNIQUE_UNITS] = decide_units,
    [TECHNIQUE_LAYERS] = decide_layers,
};

int work_achieved(double *out, const struct work *w, const struct graph *g,
                  struct prune_error *err)
{
    struct graph_costs after;
    int64_t bytes;
    int rc;
    if (w->s->target == TARGET_SIZE_RATIO) {
        if ((rc = w->size->f(w->size->payload, &bytes, g, err)))
            return rc;
        *out = (double)bytes / (double)w->size->original;
        return 0;
    }
    if ((rc = graph_costs(&after, g, err)))
        return rc;
    const struct node_cost *a = &after.total, *b = &w->before.total;
    int64_t left = technique_cuts(w->s->technique) ? a->prunable
                                                   : a->prunable_nonzeros;
    if (w->s->target == TARGET_MACS_RATIO)
        *out = b->macs ? (double)a->macs / (double)b->macs : 1;
    else
        *out = (double)(b->prunable - left) / (double)b->prunable;
    graph_costs_done(&after);
    return 0;
}

int work_met(const struct settings *s, double achieved)
{
    if (s->target == TARGET_MACS_RATIO || s->target == TARGET_SIZE_RATIO)
        return achieved <= s->amount;
    return achieved >= s->amount;
}

/* A list in the decision's arena, one longer. */
static void *longer(struct arena *a, const void *old, int n, size_t size)
{
    int room = n < 16 ? 16 : n;
    if (n && (n < 16 || (n & (n - 1))))
        return (void *)(uintptr_t)old;
    void *p = arena_calloc(a, (size_t)room * 2, size);
    if (p && n)
        memcpy(p, old, (size_t)n * size);
    return p;
}

int work_refuse(struct work *w, const char *node, const char *reason,
                struct prune_error *err)
{
    struct decision *d = w->out;
    for (int i = 0; i < d->n_refusals; i++)
        if (!strcmp(d->refusals[i].node, node) &&
            !strcmp(d->refusals[i].reason, reason))
            return 0;
    struct decision_refusal r = {arena_strdup(&d->arena, node),
                                 arena_strdup(&d->arena, reason)};
    struct decision_refusal *list = longer(&d->arena, d->refusals,
                                           d->n_refusals, sizeof r);
    if (!list || !r.node || !r.reason)
        return err_memory(err, "the list of refusals");
    list[d->n_refusals++] = r;
    d->refusals = list;
    return 0;
}

int work_part(struct work *w, const struct node *n, const char *what,
              int64_t removed, int64_t total, struct prune_error *err)
{
    struct decision *d = w->out;
    struct decision_part part = {arena_strdup(&d->arena, n->label),
                                 arena_strdup(&d->arena, n->type), what,
                                 removed, total};
    struct decision_part *list =
        longer(&d->arena, d->parts, d->n_parts, sizeof part);
    if (!list || !part.node || !part.op)
        return err_memory(err, "the list of what goes");
    list[d->n_parts++] = part;
    d->parts = list;
    return 0;
}

int work_nothing(const struct work *w, struct prune_error *err)
{
    const struct decision *d = w->out;
    if (!d->n_refusals)
        return err_set(err, PRUNE_E_NOTHING,
                       "technique %s found nothing to prune: the model has no "
                       "%s",
                       w->s->technique->name, w->s->technique->looked_for);
    return err_set(err, PRUNE_E_NOTHING,
                   "technique %s found nothing to prune: the model has no %s "
                   "(left alone: %s, %s)",
                   w->s->technique->name, w->s->technique->looked_for,
                   d->refusals[0].node, d->refusals[0].reason);
}

int work_short(const struct work *w, double reached, const char *why,
               struct prune_error *err)
{
    return err_set(err, PRUNE_E_TARGET,
                   "%s: reached %.4g of %.4g: %s; ask for less, or set "
                   "best_effort to take what there is",
                   target_name(w->s->target), reached, w->s->amount, why);
}

/* A glob that fits no node is a slip of the user's. */
static int check_exclude(const struct graph *g, const struct settings *s,
                         struct prune_error *err)
{
    struct settings one = {0};
    for (const char *p = s->exclude; *p;) {
        size_t n = strcspn(p, ",");
        int used = n == 0;
        snprintf(one.exclude, sizeof one.exclude, "%.*s", (int)n, p);
        for (int i = 0; i < g->n_nodes && !used; i++)
            used = settings_excludes(&one, g->nodes[i].name,
                                     g->nodes[i].label);
        if (!used)
            return err_set(err, PRUNE_E_USAGE,
                           "exclude: no node's name matches \"%s\"; `prune "
                           "inspect` lists them",
                           one.exclude);
        p += n + (p[n] == ',');
    }
    return 0;
}

static int count_result(struct work *w, struct prune_error *err)
{
    struct graph_costs after;
    int rc = graph_costs(&after, w->out->graph, err);
    if (rc)
        return rc;
    w->out->prunable = w->before.total.prunable;
    w->out->removed =
        w->out->prunable - (technique_cuts(w->s->technique)
                                ? after.total.prunable
                                : after.total.prunable_nonzeros);
    graph_costs_done(&after);
    return 0;
}

int search_decide(struct decision *out, const struct graph *original,
                  const struct settings *s,
                  const struct data_part *calibration,
                  const struct size_meter *size, const struct progress *p,
                  struct prune_error *err)
{
    struct decision d = {0};
    struct data_part part = {0};
    struct work w = {.out = &d, .original = original, .s = s,
                     .size = size, .progress = p};
    int rc = check_exclude(original, s, err);
    if (!rc && s->target == TARGET_SIZE_RATIO && !size)
        rc = err_set(err, PRUNE_E_USAGE,
                     "size_ratio: the file's size cannot be told here");
    if (!rc)
        rc = graph_costs(&w.before, original, err);
    if (!rc && !w.before.total.prunable)
        rc = work_nothing(&w, err);
    if (!rc && calibration && calibration->n) {
        rc = stream_sample(&part, calibration, s->calibration_samples, err);
        w.calibration = &part;
    }
    if (!rc)
        rc = ways[s->technique->acts](&w, err);
    if (!rc)
        rc = count_result(&w, err);
    stream_sample_done(&part);
    graph_costs_done(&w.before);
    if (rc) {
        decision_done(&d);
        return rc;
    }
    *out = d;
    return 0;
}

void decision_done(struct decision *d)
{
    graph_free(d->graph);
    graph_free(d->masked);
    kept_done(&d->kept);
    arena_done(&d->arena);
    memset(d, 0, sizeof *d);
}

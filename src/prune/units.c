#include "prune/units.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "prune/criterion.h"
#include "prune/technique.h"

int unit_group_excluded(const struct graph *g, const struct group *group,
                        const struct settings *s)
{
    for (int i = 0; *s->exclude && i < group->n_members; i++) {
        int node = group->members[i].node;
        if (node >= 0 && settings_excludes(s, g->nodes[node].name,
                                           g->nodes[node].label))
            return node;
    }
    return -1;
}

int unit_group_taken(const struct graph *g, const struct group *group,
                     const struct settings *s)
{
    return group->refusal < 0 && group->n_units > 1 &&
           s->technique->takes(g, group);
}

/* Sorting a group's units by score, equals by index. */
struct ranked {
    double score;
    int unit;
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->unit - y->unit;
}

/* Units per step so that a multiple of round_to channels is left: a unit
 * may stand for several positions of the axis it is made on. */
static int step_size(const struct graph *g, const struct group *group,
                     int64_t round_to)
{
    int64_t width = 1;
    for (int i = 0; i < group->n_members; i++) {
        const struct member *m = &group->members[i];
        const struct shape *s = &g->values[m->value].shape;
        if (m->role == ROLE_OUT && m->axis < s->rank &&
            s->dims[m->axis] / group->n_units > width)
            width = s->dims[m->axis] / group->n_units;
    }
    int64_t a = round_to, b = width;
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return (int)(round_to / a);
}

/* The group's steps: the first brings what is left to a multiple of `size`,
 * each further one takes `size`; one unit stays. */
static void add_steps(struct unit_plan *p, int group, int n, int size,
                      const struct ranked *ranks, int by_layer)
{
    const int floor = n / 8 > 1 ? n / 8 : 1;
    for (int first = 0, m = n % size ? n % size : size; n - first - m >= 1;
         first += m, m = size) {
        double sum = 0;
        for (int i = first; i < first + m; i++)
            sum += ranks[i].score;
        p->steps[p->n_steps++] = (struct unit_step){
            .group = group,
            .first = first,
            .n = m,
            .key = by_layer ? (double)first / n : sum / m,
            .tier = n - first - m < floor,
        };
    }
}

static int rank_group(struct unit_plan *p, const struct graph *g, int group,
                      const struct settings *s,
                      const struct activity *activity,
                      struct prune_error *err)
{
    const struct group *gr = coupling_group(p->coupling, group);
    const int n = gr->n_units;
    struct unit_view view = {g, p->coupling, group, s->seed, activity};
    double *scores = mem_calloc((size_t)n, sizeof *scores);
    struct ranked *ranks = mem_calloc((size_t)n, sizeof *ranks);
    int *order = p->order[group] = mem_calloc((size_t)n, sizeof *order);
    int rc = scores && ranks && order
                 ? criterion_find(s->criterion)->units(scores, &view, err)
                 : err_memory(err, "the ranking of a group");
    if (!rc) {
        for (int i = 0; i < n; i++)
            ranks[i] = (struct ranked){scores[i], i};
        qsort(ranks, (size_t)n, sizeof *ranks, by_score);
        for (int i = 0; i < n; i++)
            order[i] = ranks[i].unit;
        add_steps(p, group, n, step_size(g, gr, s->round_to), ranks,
                  s->target == TARGET_UNIT_SPARSITY ||
                      !strcmp(s->scope, "layer"));
        p->n_taken_groups++;
        p->n_units += n;
    }
    mem_free(scores);
    mem_free(ranks);
    return rc;
}

static int by_key(const void *a, const void *b)
{
    const struct unit_step *x = a, *y = b;
    if (x->tier != y->tier)
        return x->tier - y->tier;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->group != y->group)
        return x->group - y->group;
    return x->first - y->first;
}

static int plan_alloc(struct unit_plan *p, struct prune_error *err)
{
    const size_t n = (size_t)p->n_groups;
    size_t total = 0;
    p->order = mem_calloc(n, sizeof *p->order);
    p->removed = mem_calloc(n, sizeof *p->removed);
    int bad = !p->order || !p->removed;
    for (int i = 0; i < p->n_groups && !bad; i++) {
        size_t units = (size_t)coupling_group(p->coupling, i)->n_units;
        p->removed[i] = mem_calloc(units, 1);
        bad = !p->removed[i];
        total += units;
    }
    if (!bad)
        p->steps = mem_calloc(total, sizeof *p->steps);
    return bad || !p->steps ? err_memory(err, "the order of the units") : 0;
}

int unit_plan_init(struct unit_plan *out, const struct graph *g,
                   const struct coupling *c, const struct settings *s,
                   const struct activity *activity, struct prune_error *err)
{
    struct unit_plan p = {.coupling = c, .n_groups = coupling_n_groups(c)};
    int rc = plan_alloc(&p, err);
    for (int i = 0; i < p.n_groups && !rc; i++) {
        const struct group *group = coupling_group(c, i);
        if (unit_group_taken(g, group, s) &&
            unit_group_excluded(g, group, s) < 0)
            rc = rank_group(&p, g, i, s, activity, err);
    }
    if (rc) {
        unit_plan_done(&p);
        return rc;
    }
    qsort(p.steps, (size_t)p.n_steps, sizeof *p.steps, by_key);
    while (p.n_sensible < p.n_steps && !p.steps[p.n_sensible].tier)
        p.n_sensible++;
    *out = p;
    return 0;
}

void unit_plan_done(struct unit_plan *p)
{
    for (int i = 0; i < p->n_groups; i++) {
        if (p->order)
            mem_free(p->order[i]);
        if (p->removed)
            mem_free(p->removed[i]);
    }
    mem_free(p->order);
    mem_free(p->removed);
    mem_free(p->steps);
    memset(p, 0, sizeof *p);
}

void unit_plan_take(struct unit_plan *p, int k)
{
    for (int i = 0; i < p->n_groups; i++)
        memset(p->removed[i], 0,
               (size_t)coupling_group(p->coupling, i)->n_units);
    for (int i = 0; i < k; i++) {
        const struct unit_step *s = &p->steps[i];
        for (int u = s->first; u < s->first + s->n; u++)
            p->removed[s->group][p->order[s->group][u]] = 1;
    }
}

int64_t unit_plan_count(const struct unit_plan *p, int k)
{
    int64_t n = 0;
    for (int i = 0; i < k; i++)
        n += p->steps[i].n;
    return n;
}

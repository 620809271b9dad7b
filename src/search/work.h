#ifndef SEARCH_WORK_H
#define SEARCH_WORK_H

#include "graph/costs.h"
#include "search/decide.h"

/* What the files of this room hand to each other while a run is decided. */
struct work {
    struct decision *out; /* being filled */
    const struct graph *original;
    const struct settings *s;
    const struct data_part *calibration; /* sampled down; NULL: no data */
    const struct size_meter *size;
    const struct progress *progress;
    struct graph_costs before; /* of the original */
};

typedef int decide_f(struct work *w, struct prune_error *err);

/* One for each of enum technique_acts. */
decide_f decide_zeroes, decide_units, decide_layers;

/* --- what they share --------------------------------------------------- */

/* How far a graph of these costs has got, in the target's own unit. */
int work_achieved(double *out, const struct work *w, const struct graph *g,
                  struct prune_error *err);
/* Whether `achieved` reaches the target. */
int work_met(const struct settings *s, double achieved);

/* Adds a line to the decision's lists; texts are copied. */
int work_refuse(struct work *w, const char *node, const char *reason,
                struct prune_error *err);
int work_part(struct work *w, const struct node *n, const char *what,
              int64_t removed, int64_t total, struct prune_error *err);

/* PRUNE_E_NOTHING, naming what the technique looks for and, where it is
 * short, the first reason it found nothing. */
int work_nothing(const struct work *w, struct prune_error *err);
/* PRUNE_E_TARGET: how far it got, why no further, what to do. */
int work_short(const struct work *w, double reached, const char *why,
               struct prune_error *err);

#endif

#ifndef SEARCH_DECIDE_H
#define SEARCH_DECIDE_H

#include "base/arena.h"
#include "data/data.h"
#include "graph/graph.h"
#include "prune/kept.h"
#include "prune/settings.h"

/* From settings to a pruned graph: which weights, units or layers go so
 * that the target is reached by the smallest step that does. */

struct decision_refusal {
    const char *node;   /* label; "" = the graph itself */
    const char *reason;
};

/* What goes from one node: for `prune plan`. */
struct decision_part {
    const char *node, *op; /* label and operator */
    const char *what;      /* "weights", "channels", "neurons", "layer" */
    int64_t removed, total;
};

struct decision {
    struct graph *graph;  /* the pruned graph, before recovery; inferred */
    struct graph *masked; /* the original with the removed parts masked,
                             of the original's shapes; NULL for techniques
                             that cut nothing */
    struct kept kept;     /* what is left of each value */
    double achieved;      /* in the target's own unit */
    int target_met;       /* 0 only with best_effort */
    int64_t prunable, removed; /* parameters of the original; of these gone
                                  or zero */
    int n_refusals;
    struct decision_refusal *refusals;
    int n_parts;
    struct decision_part *parts;
    struct arena arena;   /* holds the lists and their texts */
};

/* Bytes of a graph as a file, for `size_ratio`: the caller writes it. */
typedef int file_size_f(void *payload, int64_t *bytes, const struct graph *g,
                        struct prune_error *err);

struct size_meter {
    file_size_f *f;
    void *payload;
    int64_t original; /* bytes of the original file */
};

/* Decides and carries out. `s` was checked (settings_check); `original` was
 * inferred at batch 1. `calibration` is NULL without data, and is sampled
 * down to s->calibration_samples; `size` may be NULL unless the target is
 * size_ratio. PRUNE_E_TARGET says how far it got and what to do,
 * PRUNE_E_NOTHING what was looked for. */
int search_decide(struct decision *out, const struct graph *original,
                  const struct settings *s,
                  const struct data_part *calibration,
                  const struct size_meter *size, const struct progress *p,
                  struct prune_error *err);
void decision_done(struct decision *d); /* a zeroed one is fine */

/* The removal proof (both graphs are inferred anew here and run by the
 * plain engine): the largest difference of any output between `masked` and
 * the cut graph as read back from its file, relative to the largest output,
 * on 32 samples of `calibration`, or on seeded normal inputs when it is
 * NULL. Sets *constant_outputs when every output is the same for all
 * samples: then the comparison proves nothing. */
int search_proof(double *max_abs_diff, int *constant_outputs,
                 const struct graph *masked, const struct graph *reread,
                 const struct settings *s,
                 const struct data_part *calibration,
                 struct prune_error *err);

#endif

#ifndef RECOVER_RECOVER_H
#define RECOVER_RECOVER_H

#include "data/data.h"
#include "graph/graph.h"
#include "prune/kept.h"
#include "prune/settings.h"

/* Winning back accuracy after pruning, from calibration data alone. A step
 * is one file in src/recover ending in one `const struct recovery_step`,
 * plus one row in steps.tbl. */

/* What a step works with. */
struct recovery {
    struct graph *graph;          /* edited in place */
    const struct graph *original; /* what it should behave like */
    const struct kept *kept;      /* NULL: nothing was cut */
    const struct data_part *part; /* calibration samples */
    const struct settings *settings;
    const struct progress *progress;
};

/* Mends r->graph. *changed is set to 0 when there was nothing to do. */
typedef int recovery_run_f(struct recovery *r, int *changed,
                           struct prune_error *err);

struct recovery_step {
    const char *name, *title, *summary;
    recovery_run_f *run;
};

const struct recovery_step *const *recovery_steps(int *n);

/* One line of the ablation: the state after a step, on the calibration
 * samples. */
struct recovery_note {
    const char *step;  /* "none" (as it was cut), or a step's name */
    double accuracy;   /* percent; agreement with the original's top-1 when
                          there are no labels; NAN: not measured */
    double loss;       /* NAN: not measured */
    double seconds;
    int kept;          /* 0: it made things worse and was undone */
};

struct recovery_log {
    int n;
    struct recovery_note notes[8];
};

/* Runs the steps that s->recover asks for, in order, and keeps of each only
 * what does no harm on the calibration samples. *g may be replaced by
 * another graph. `log` gets "none" first, then each step that changed
 * something; without data, or with recover "none", just "none". */
int recover_run(struct graph **g, const struct graph *original,
                const struct kept *kept, const struct data_part *calibration,
                const struct settings *s, struct recovery_log *log,
                const struct progress *p, struct prune_error *err);

/* The first step that finds something to do, on g itself, with no judging:
 * for a search that wants to know what many candidates would be worth once
 * mended. `part` is not sampled down. */
int recover_roughly(struct graph *g, const struct graph *original,
                    const struct kept *kept, const struct data_part *part,
                    const struct settings *s, const struct progress *p,
                    struct prune_error *err);

#endif

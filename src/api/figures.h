#ifndef API_FIGURES_H
#define API_FIGURES_H

#include "api/subject.h"
#include "measure/accuracy.h"
#include "measure/latency.h"

/* Everything measured of one model. What was not measured is absent. */
struct figures {
    int has_latency, has_accuracy;
    struct latency latency;
    struct accuracy accuracy;
};

/* How to measure. */
struct measuring {
    const struct settings *settings;
    const struct shapes *shapes;
    struct dataset *data;     /* NULL: no accuracy, noise is timed */
    const char *lock;         /* file locked while timing, or NULL */
    const struct progress *progress;
};

/* Why the engine cannot run the model; the code, 0 when it can. */
int figures_can_run(const struct subject *s, struct prune_error *err);

/* Measures n subjects (1: alone; 2: alternately): compressed sizes,
 * inference time, and with data accuracy and agreement. kernels[i], when
 * given, gets per node of subject i the name of its kernel, borrowed from
 * `arena`. */
int figures_measure(struct figures *out, struct agreement *agreement,
                    struct subject *const *subjects, int n,
                    const struct measuring *m, const char ***kernels,
                    struct arena *arena, struct prune_error *err);

/* M of the report. A new object, NULL when memory is short. */
json_t *figures_json(const struct subject *s, const struct figures *f);

/* Adds to `o`, and returns it: "original" and "pruned" (subjects 0 and 1),
 * "ratio", and what there is of "accuracy_drop", "agreement" and
 * "output_error". */
json_t *figures_compare(json_t *o, const struct subject *const subjects[2],
                        const struct figures f[2],
                        const struct agreement *agreement);

#endif

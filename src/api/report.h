#ifndef API_REPORT_H
#define API_REPORT_H

#include "api/context.h"
#include "recover/recover.h"
#include "search/decide.h"

enum { MAX_PHASES = 8 };

/* One run and all that it found out. */
struct run {
    struct context c;
    const char *output; /* where the file goes, or NULL */
    struct prune_error no_run; /* why the engine cannot run the model */
    struct decision decision;
    int has_proof, constant_outputs;
    double proof;
    struct recovery_log recovery;
    struct subject pruned; /* read back from the bytes written */
    struct figures figures[2];
    struct agreement agreement;
    const char **kernels[2];
    struct arena arena;
    int n_phases;
    struct {
        const char *name;
        double seconds;
    } phases[MAX_PHASES];
};

/* Adds to a phase's time; phases keep the order in which they came. */
void run_note_seconds(struct run *r, const char *phase, double seconds);

/* The report of a whole run, the plan of one that only decided; new objects,
 * NULL when memory is short. docs/report.schema.json says what is in it. */
json_t *report_new(const struct run *r);
json_t *report_plan(const struct run *r);

#endif

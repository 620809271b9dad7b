#include "recover/recover.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "recover/judge.h"

#define ROW(name) extern const struct recovery_step recovery_##name;
#include "recover/steps.tbl"
#undef ROW

#define ROW(name) &recovery_##name,
static const struct recovery_step *const steps[] = {
#include "recover/steps.tbl"
};
#undef ROW
enum { N_STEPS = sizeof steps / sizeof *steps };

const struct recovery_step *const *recovery_steps(int *n)
{
    *n = N_STEPS;
    return steps;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void note(struct recovery_log *log, const char *step,
                 const struct verdict *v, double since, int kept)
{
    if (log->n < (int)(sizeof log->notes / sizeof *log->notes))
        log->notes[log->n++] = (struct recovery_note){
            step, v->accuracy, v->loss, seconds() - since, kept};
}

/* One step on a copy; *g becomes the copy when that does no harm. */
static int try_step(struct recovery *r, const struct recovery_step *step,
                    const struct judge *j, struct verdict *best,
                    struct graph **g, struct recovery_log *log,
                    struct prune_error *err)
{
    struct graph *copy = NULL;
    struct verdict v;
    const double since = seconds();
    int changed = 0, rc = graph_clone(&copy, *g, err);
    r->graph = copy;
    if (!rc)
        rc = step->run(r, &changed, err);
    if (!rc && changed)
        rc = judge_graph(&v, j, copy, r->progress, "calibrate", err);
    if (rc || !changed) {
        graph_free(copy);
        return rc;
    }
    int kept = verdict_better(&v, best);
    note(log, step->name, &v, since, kept);
    if (kept) {
        *best = v;
        graph_free(*g);
        *g = copy;
    } else {
        graph_free(copy);
    }
    return 0;
}

static int run_steps(struct recovery *r, struct graph **g,
                     struct recovery_log *log, struct prune_error *err)
{
    struct judge j = {0};
    struct verdict best;
    const double since = seconds();
    int rc = judge_init(&j, r->original, r->settings, r->part, r->part->n,
                        r->progress, err);
    if (!rc)
        rc = judge_graph(&best, &j, *g, r->progress, "calibrate", err);
    if (!rc)
        note(log, "none", &best, since, 1);
    for (int i = 0; i < N_STEPS && !rc; i++)
        rc = try_step(r, steps[i], &j, &best, g, log, err);
    judge_done(&j);
    return rc;
}

int recover_roughly(struct graph *g, const struct graph *original,
                    const struct kept *kept, const struct data_part *part,
                    const struct settings *s, const struct progress *p,
                    struct prune_error *err)
{
    struct recovery r = {g, original, kept, part, s, p};
    int changed = 0, rc = 0;
    for (int i = 0; i < N_STEPS && !rc && !changed; i++)
        rc = steps[i]->run(&r, &changed, err);
    return rc;
}

int recover_run(struct graph **g, const struct graph *original,
                const struct kept *kept, const struct data_part *calibration,
                const struct settings *s, struct recovery_log *log,
                const struct progress *p, struct prune_error *err)
{
    struct data_part part = {0};
    struct recovery r = {.original = original, .kept = kept, .part = &part,
                         .settings = s, .progress = p};
    const struct verdict unknown = {NAN, NAN};
    memset(log, 0, sizeof *log);
    if (strcmp(s->recover, "calibrate") || !calibration || !calibration->n) {
        note(log, "none", &unknown, seconds(), 1);
        return 0;
    }
    int rc = stream_sample(&part, calibration, s->calibration_samples, err);
    if (!rc)
        rc = run_steps(&r, g, log, err);
    stream_sample_done(&part);
    return rc;
}

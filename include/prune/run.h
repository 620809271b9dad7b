#ifndef PRUNE_RUN_H
#define PRUNE_RUN_H

#include "prune/options.h"

/* Pruning and measuring. Results are JSON texts (docs/report.schema.json
 * describes the report) that the caller frees with prune_free. */

#ifdef __cplusplus
extern "C" {
#endif

/* Told now and then in the caller's thread; `done` of `total` steps of the
 * phase are over. A nonzero answer stops the work, which then returns
 * PRUNE_E_CANCELED and leaves no file behind. */
typedef int prune_progress_f(void *payload, const char *phase, long long done,
                             long long total);

struct prune_request {
    const char *model;        /* path of the ONNX file */
    const char *data;         /* path of a .npz, or NULL */
    const char *output;       /* path to write, or NULL: no file */
    const char *measure_lock; /* lock file held while times are taken, so
                                 that only one process of a machine measures
                                 at a time; or NULL */
    prune_progress_f *progress; /* or NULL */
    void *payload;
};

/* Prunes a model, recovers, measures original and result, writes the result
 * (whole or not at all) and returns the report. */
int prune_run(char **report, const struct prune_request *request,
              const struct prune_options *options, struct prune_error *err);

/* A dry run: what would go, and what is refused and why. Nothing is
 * written. */
int prune_plan(char **plan, const struct prune_request *request,
               const struct prune_options *options, struct prune_error *err);

/* Size, inference time and accuracy of request->model; with `against` (the
 * path of the original) of both, with ratio, drop and agreement. */
int prune_eval(char **result, const struct prune_request *request,
               const char *against, const struct prune_options *options,
               struct prune_error *err);

/* Runs each of the techniques (names with commas between; NULL: all) at the
 * options' target, default sparsity 0.5, each as far as it goes. The result
 * is {"rows": [...]}: first the original, then a row per technique, with the
 * columns of the daemon's /v1/compare. A technique that fails has its row
 * with "error". request->output is a folder for the pruned files, or NULL. */
int prune_compare(char **result, const struct prune_request *request,
                  const char *techniques, const struct prune_options *options,
                  struct prune_error *err);

#ifdef __cplusplus
}
#endif
#endif

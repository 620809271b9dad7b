#ifndef PRUNE_SETTINGS_H
#define PRUNE_SETTINGS_H

#include <stdint.h>

#include "base/err.h"

/* What a run was asked for. (The rows that describe name, type, range,
 * default and users of each setting are src/prune/settings.tbl.) */

enum target { TARGET_NONE, TARGET_SPARSITY, TARGET_UNIT_SPARSITY,
              TARGET_MACS_RATIO, TARGET_SIZE_RATIO };

struct technique; /* prune/technique.h */

struct settings {
    const struct technique *technique;
    enum target target;
    double amount;            /* of the target */
    char criterion[24];       /* row of the criterion table */
    char scope[8];            /* "layer" or "global" */
    char recover[16];         /* "none", "calibrate"; "" = by data */
    int64_t calibration_samples;
    char exclude[1024];       /* comma-separated globs of node names */
    int64_t round_to;
    int best_effort;
    int64_t batch;            /* for timing */
    char shape[512];          /* NAME=1x3x224x224, comma-separated */
    uint64_t seed;
    int threads;
    char input[256], output[256];
};

/* Told now and then; a nonzero answer asks the work to stop, which it does
 * with PRUNE_E_CANCELED. done/total count within the phase. */
typedef int progress_f(void *payload, const char *phase, int64_t done,
                       int64_t total);

struct progress {
    progress_f *f; /* may be NULL */
    void *payload;
};

/* PRUNE_E_CANCELED when the work is to stop, else 0. NULL is fine. */
int progress_tell(const struct progress *p, const char *phase, int64_t done,
                  int64_t total, struct prune_error *err);

#endif

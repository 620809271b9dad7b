#ifndef MEASURE_LATENCY_H
#define MEASURE_LATENCY_H

#include "engine/runner.h"

/* Inference time of one run, in milliseconds. */
struct latency {
    double p50, p90, p99;
    int64_t runs;  /* samples behind the figures */
    int64_t batch;
    int threads;
    int stable;    /* the medians of the last windows agree */
};

/* Told between windows; nonzero stops the measurement (PRUNE_E_CANCELED). */
typedef int latency_tick_f(void *payload, int64_t done, int64_t total);

struct latency_options {
    int threads;
    double limit_seconds; /* of timed runs in all; 0: 10 */
    latency_tick_f *tick; /* may be NULL */
    void *payload;
};

/* Times n runners (1 or 2) alternately, run by run, after warm-up, in
 * windows until the medians of the last three windows of every runner are
 * within 5 % of each other, or until the limit. Inputs must have been
 * filled. On a shared machine only figures of one call may be compared. */
int measure_latency(struct latency *out, struct runner *const *runners, int n,
                    const struct latency_options *options,
                    struct prune_error *err);

#endif

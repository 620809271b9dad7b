#ifndef MEASURE_ACCURACY_H
#define MEASURE_ACCURACY_H

#include "data/data.h"
#include "engine/runner.h"

/* What a model does on a part of a data set. Percentages are 0 … 100. */
struct accuracy {
    int64_t samples;
    int has_top1, has_top5, has_loss;
    double top1, top5;
    double low, high; /* 95 % Wilson interval of top1 */
    double loss;      /* mean cross-entropy, natural logarithm */
};

/* How two models compare on the same samples. */
struct agreement {
    int has_agreement; /* one score per class: share of equal top-1 */
    double agreement;  /* 0 … 1 */
    int has_error;     /* other outputs: mean |a-b| over mean |a| */
    double output_error;
};

typedef int accuracy_tick_f(void *payload, int64_t done, int64_t total);

struct accuracy_options {
    accuracy_tick_f *tick; /* may be NULL; nonzero: PRUNE_E_CANCELED */
    void *payload;
    int64_t limit;         /* at most so many samples; 0: all */
};

/* Runs one or two models (b may be NULL) over the whole part, batch by
 * batch, the last one padded and the padding not counted. Both must take
 * the same samples. PRUNE_E_INPUT when a label is no class of the model.
 *
 * The interval is E. B. Wilson's (1927) score interval. */
int measure_accuracy(struct accuracy *out_a, struct accuracy *out_b,
                     struct agreement *out_agreement, struct runner *a,
                     struct runner *b, const struct data_part *part,
                     const struct accuracy_options *options,
                     struct prune_error *err);

#endif

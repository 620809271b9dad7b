#ifndef RECOVER_JUDGE_H
#define RECOVER_JUDGE_H

#include "recover/stream.h"

/* How well a network does on calibration samples, for choosing between two
 * of them. */
struct verdict {
    double accuracy; /* percent: top-1; without labels, agreement with the
                        original; where outputs are no class scores, 100
                        minus the relative error */
    double loss;     /* cross-entropy; without labels, mean squared error
                        relative to the original's outputs */
};

struct judge {
    const struct settings *s;
    const struct data_part *part;
    int64_t n;        /* samples judged on */
    int64_t classes;  /* elements of the output per sample */
    int labels;       /* judged by labels, else by the original's outputs */
    int scores;       /* the output is one score for each class */
    int probabilities; /* the model ends in a Softmax */
    float *reference; /* [n, classes] when judged by the original */
};

/* Judges on the first n samples of the part, fewer where the original's
 * outputs would not fit into 256 MiB. */
int judge_init(struct judge *out, const struct graph *original,
               const struct settings *s, const struct data_part *part,
               int64_t n, const struct progress *p, struct prune_error *err);
void judge_done(struct judge *j); /* a zeroed one is fine */

int judge_graph(struct verdict *out, const struct judge *j,
                const struct graph *g, const struct progress *p,
                const char *phase, struct prune_error *err);

/* Whether a is no worse than b: more right, or as many at no more loss. */
int verdict_better(const struct verdict *a, const struct verdict *b);

#endif

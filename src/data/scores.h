#ifndef DATA_SCORES_H
#define DATA_SCORES_H

#include "graph/graph.h"

/* What a classifier's output says of one sample: one score per class. */

/* Classes of an output [batch, K], or with sizes of 1 around: [batch, K, 1,
 * 1]. 0 when it is not one score per class. */
int64_t scores_classes(const struct shape *s, int64_t batch);

/* Whether the value is made by a Softmax: its scores are probabilities.
 * What only hands elements on (Identity, Reshape, Flatten) is looked
 * through. */
int scores_are_probabilities(const struct graph *g, int value);

/* The first of the largest scores, as numpy's argmax has it. */
int64_t scores_best(const float *scores, int64_t n);

/* Cross-entropy with the natural logarithm, of logits or probabilities;
 * label is one of 0 … n-1. */
double scores_entropy(const float *scores, int64_t n, int64_t label,
                      int probabilities);

#endif

#ifndef OPS_ACTIVATION_H
#define OPS_ACTIVATION_H

#include "graph/graph.h"

/* The functions that recurrent operators name by text. */

struct activation {
    int f; /* row of the table in activation.c */
    float alpha, beta;
};

/* Finds it, whatever the case of its letters, with its default parameters;
 * -1 when there is none of that name. */
int ops_activation(struct activation *out, const char *name);

/* How many of alpha and beta it takes: 0 to 2. */
int ops_activation_takes(const struct activation *a);

void ops_activate(const struct activation *a, float *x, int64_t n);

/* Whether 0 stays 0. */
int ops_activation_keeps_zero(const struct activation *a);

#endif

#ifndef OPS_CHANCE_H
#define OPS_CHANCE_H

#include "base/rng.h"
#include "graph/host.h"

/* What the random operators have in common. Their numbers depend on the
 * attribute `seed` alone, so that a run can be repeated; without one, on the
 * node's name, so that two nodes do not draw the same. */

void chance_seed(struct rng *r, const struct node *n);

/* One number; p: two parameters of the distribution. */
typedef double chance_f(struct rng *r, const double *p);

/* The shape of the attribute `shape`, or that of input 0 (`like`). */
int chance_shape(struct shape *out, const struct node *n,
                 const struct shape *like, struct prune_error *err);

/* Inference and kernel; `like`: shape and type come from input 0. */
int chance_infer(struct graph *g, struct node *n, int like,
                 struct prune_error *err);
int chance_host(struct host_call *c, int like, chance_f *f, const double *p,
                struct prune_error *err);

/* The two distributions: low, high; mean, scale. */
chance_f chance_uniform, chance_normal;

#endif

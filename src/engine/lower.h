#ifndef ENGINE_LOWER_H
#define ENGINE_LOWER_H

#include "engine/prim.h"
#include "graph/graph.h"

/* What an operator's `lower` may call. Slots are numbers; a negative answer
 * is a PRUNE_E_* code. */
struct lowering;

enum { NO_SLOT = -100 }; /* an absent input or output: no error */

/* The slot of the node's input or output i, or NO_SLOT. Constant inputs
 * (initializers, Constant nodes, through Identity) are constant slots. */
int lower_in(struct lowering *l, const struct node *n, int i);
int lower_out(struct lowering *l, const struct node *n, int i);

/* A fresh slot for something in between. */
int lower_temp(struct lowering *l, const struct shape *shape,
               struct prune_error *err);

/* A constant made by the operator: the reference is taken over, also on
 * failure. */
int lower_constant(struct lowering *l, struct tensor *t,
                   struct prune_error *err);

/* Appends a primitive; `p` is copied, in/out/n_in/node are filled from the
 * arguments. 0 or a code. */
int lower_add(struct lowering *l, const struct node *n, struct prim p,
              const int *in, int n_in, int out, struct prune_error *err);

/* The commonest shape of the above: output 0 from inputs 0 … n_in-1. */
int lower_simple(struct lowering *l, const struct node *n, struct prim p,
                 int n_in, struct prune_error *err);

/* Refuses the node: PRUNE_E_UNSUPPORTED naming node and reason. */
int lower_refuse(const struct node *n, struct prune_error *err,
                 const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

#ifndef GRAPH_DATUM_H
#define GRAPH_DATUM_H

#include "graph/tensor.h"

/* What a value holds while a network is run node by node: a tensor, a
 * sequence of data, or nothing (an empty optional; an optional that is not
 * empty is its contents). Counted references, never changed once shared.
 * One thread. */

enum datum_kind { DATUM_NONE, DATUM_TENSOR, DATUM_SEQUENCE };

struct datum {
    enum datum_kind kind;
    int refs;
    struct tensor *tensor; /* owned reference */
    int64_t n;             /* items of a sequence */
    struct datum **items;  /* owned references */
};

/* Around a tensor, whose reference is taken over, also on failure. */
int datum_tensor(struct datum **out, struct tensor *t,
                 struct prune_error *err);
int datum_none(struct datum **out, struct prune_error *err);
/* A sequence of n data, which are referenced once more. */
int datum_sequence(struct datum **out, struct datum *const *items, int64_t n,
                   struct prune_error *err);

struct datum *datum_ref(struct datum *d);
void datum_unref(struct datum *d); /* NULL is fine */

#endif

#ifndef PRUNE_KEPT_H
#define PRUNE_KEPT_H

#include "graph/cut.h"

/* Which positions of the original's values are left in the pruned graph, so
 * that channel c of the one can be compared with its channel in the other.
 * (Values keep their index through cloning, cutting and sweeping.) */
struct kept_axis {
    int axis;       /* -1: nothing of this value was cut */
    int64_t n;      /* positions left */
    int64_t *index; /* [n] positions in the original */
};

struct kept {
    int n_values;
    struct kept_axis *values;
};

/* From a removal, before it is applied. A value with more than one cut axis
 * gets the first of them. */
int kept_init(struct kept *out, const struct graph *g,
              const struct coupling *c, unsigned char *const *removed,
              struct prune_error *err);
void kept_done(struct kept *k); /* a zeroed one is fine */

/* The original position behind position i of the value's axis. k may be
 * NULL: then nothing was cut. */
int64_t kept_position(const struct kept *k, int value, int axis, int64_t i);

#endif

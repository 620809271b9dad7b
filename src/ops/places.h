#ifndef OPS_PLACES_H
#define OPS_PLACES_H

#include "graph/host.h"

/* Where lists of indices point to in a tensor: what is taken from there
 * (GatherElements, GatherND) or put there (Scatter…). Every place is checked
 * to be inside. */

struct places {
    int64_t n, *at; /* offsets in blocks; owned */
    int64_t block;  /* elements that belong to each */
};

/* Of each element of `at`, which has as many axes as x: its own place, but
 * along `axis` the position that the element says. */
int ops_element_places(struct places *out, const struct host_call *c,
                       const struct shape *x, const struct tensor *at,
                       int axis, struct prune_error *err);

/* Of each list along the last axis of `at`: indices of x's axes from
 * `batch` on, within the list's own place along the axes before. */
int ops_list_places(struct places *out, const struct host_call *c,
                    const struct shape *x, const struct tensor *at, int batch,
                    struct prune_error *err);

/* Output 0 is input 0 but for the blocks at these places, which are put, or
 * by attribute `reduction` added and so on, from input 2. */
int ops_host_scatter(struct host_call *c, const struct places *p,
                     struct prune_error *err);

/* ScatterElements and its older name, Scatter. */
op_host_f ops_host_scatter_elements;

#endif

#ifndef OPS_INTS_H
#define OPS_INTS_H

#include "graph/op.h"

/* Small integer tensors: sizes, axes, starts. They are what shape chains
 * (Shape, Gather, Concat, Reshape) hand on while shapes are inferred. */

enum { OPS_MAX_INTS = 64 };

struct ints {
    int64_t n;
    int64_t at[OPS_MAX_INTS];
};

/* The integers of a constant or of what inference has found; 0 when the
 * value has none, is not of integers or holds more than OPS_MAX_INTS. */
int ops_ints(const struct graph *g, int value, struct ints *out);

/* The same for the node's input i; absent: 0. */
int ops_in_ints(const struct graph *g, const struct node *n, int i,
                struct ints *out);

/* The attribute of that name or, when it is absent, input i: operators of
 * which newer versions take as an input what used to be an attribute.
 * 1: found; 0: neither is there; PRUNE_E_UNSUPPORTED when the input is there
 * without being known; PRUNE_E_INPUT when the list is too long. */
int ops_list(const struct graph *g, const struct node *n, const char *attr,
             int i, struct ints *out, struct prune_error *err);

/* Whether the list is an input whose integers are only known when the node
 * is run: then ops_list would fail. */
int ops_open_list(const struct graph *g, const struct node *n,
                  const char *attr, int i);

/* The same list of a node that is being run. */
struct host_call;
int ops_host_list(const struct host_call *c, const char *attr, int i,
                  struct ints *out, struct prune_error *err);

/* Says that output 0, whose shape and type are set, holds these integers. */
int ops_set_ints(struct graph *g, const struct node *n, const struct ints *v,
                 struct prune_error *err);

#endif

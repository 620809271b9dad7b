#ifndef OPS_WINDOW_H
#define OPS_WINDOW_H

#include "engine/prim.h"
#include "graph/op.h"

/* The geometry that convolutions and pools share: a window that moves over
 * the spatial axes (2 … rank-1) of input 0. */
struct window {
    int space;
    int64_t kernel[MAX_SPACE], stride[MAX_SPACE], dilation[MAX_SPACE];
    int64_t pad_low[MAX_SPACE], pad_high[MAX_SPACE];
    int64_t ceil_extra[MAX_SPACE]; /* of ceil_mode: see prim.h */
    int64_t out[MAX_SPACE];        /* positions of the window */
};

/* Reads strides, dilations, pads, auto_pad and (pools) ceil_mode, given the
 * window's own sizes, and counts its positions. A window that does not fit
 * into the padded input, and every size that is negative or absurd, is
 * PRUNE_E_INPUT in the node's name. */
int ops_window(struct window *out, const struct graph *g,
               const struct node *n, const int64_t *kernel,
               struct prune_error *err);

/* The same with the sizes from attribute kernel_shape. */
int ops_window_pool(struct window *out, const struct graph *g,
                    const struct node *n, struct prune_error *err);

/* The same of an input of shape x, for host kernels. */
int ops_window_of(struct window *out, const struct shape *x,
                  const struct node *n, const int64_t *kernel,
                  struct prune_error *err);
int ops_window_pool_of(struct window *out, const struct shape *x,
                       const struct node *n, struct prune_error *err);

/* Checks that input 0 has 1 to MAX_SPACE spatial axes; gives their count. */
int ops_space(int *out, const struct graph *g, const struct node *n,
              struct prune_error *err);

#endif

#ifndef OPS_CONVOLUTION_H
#define OPS_CONVOLUTION_H

#include "graph/couple.h"
#include "graph/op.h"

/* What Conv and ConvTranspose share. `out_axis` is the weight's axis of
 * output channels: 0 for Conv, 1 for ConvTranspose. */

/* Input, weight and bias have the ranks and sizes that belong together and
 * `group` divides the channels. */
int ops_check_conv(const struct graph *g, const struct node *n, int out_axis,
                   struct prune_error *err);

/* Batch and space plain, the weight's space too; output channels, where
 * the weight holds all of them (always, but for ConvTranspose in groups),
 * tied to the weight's axis and the bias. */
int ops_couple_conv(struct coupling *c, const struct graph *g,
                    const struct node *n, int out_axis,
                    struct prune_error *err);

/* A Conv in several groups. Each input channel of a depthwise convolution
 * is tied to its own outputs, so that groups can go; otherwise the same
 * positions of every group are tied, so that each loses equally many. */
int ops_couple_groups(struct coupling *c, const struct graph *g,
                      const struct node *n, int64_t groups,
                      struct prune_error *err);

#endif

#ifndef OPS_RESIZE_AXIS_H
#define OPS_RESIZE_AXIS_H

#include "graph/host.h"

/* How Resize and Upsample see one axis: how long it becomes, and of which
 * positions of the input each position of the output is made. */

struct resize {
    int old; /* Upsample, and Resize of opset 10 */
    struct shape out;
    double scale[MAX_RANK];
    double start[MAX_RANK], end[MAX_RANK]; /* of the region, tf_crop only */
};

/* The output's shape and the scales, from what the node says: `scales` (or
 * the attribute of that name), or `sizes`; NULL or empty: absent. */
int resize_plan(struct resize *r, const struct node *n, const struct shape *x,
                const struct tensor *scales, const struct tensor *sizes,
                const struct tensor *roi, struct prune_error *err);

/* Position k of the output is the sum of weight[k * taps + i] times position
 * index[k * taps + i] of the input; outside[k]: it lies outside. */
struct resize_axis {
    int taps;
    int64_t *index;
    float *weight;
    unsigned char *outside;
};

int resize_axis_open(struct resize_axis *out, const struct resize *r,
                     const struct node *n, const struct shape *x, int axis,
                     struct prune_error *err);
void resize_axis_close(struct resize_axis *a);

/* Output 0 is input 0 resampled by r. */
int resize_run(struct host_call *c, const struct resize *r,
               struct prune_error *err);

#endif

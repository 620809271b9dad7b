#ifndef OPS_BLOCKS_H
#define OPS_BLOCKS_H

#include "graph/host.h"
#include "ops/lowering.h"

/* DepthToSpace and SpaceToDepth: square blocks of an image's positions
 * against groups of channels. Both are a change of order of the elements
 * seen as a tensor of six axes. */

struct blocks {
    struct shape in;   /* input 0 as it is reordered, of six axes */
    int order[6];      /* the output's axis i is the input's order[i] */
    struct shape out;  /* of output 0 */
};

/* Finds them out of input 0's shape [N, C, H, W]. */
typedef int ops_blocks_f(struct blocks *b, const struct node *n,
                         const struct shape *x, struct prune_error *err);

int ops_infer_blocks(struct graph *g, const struct node *n, ops_blocks_f *find,
                     struct prune_error *err);
int ops_lower_blocks(struct lowering *l, const struct graph *g,
                     const struct node *n, ops_blocks_f *find,
                     struct prune_error *err);
int ops_host_blocks(struct host_call *c, ops_blocks_f *find,
                    struct prune_error *err);

/* Ties each channel of the value that has fewer to its places among those of
 * the other: the k-th of them is c * each + k * step for channel c. Batch
 * and space are plain. */
int ops_couple_blocks(struct coupling *c, const struct graph *g,
                      const struct node *n, int few, int many, int64_t each,
                      int64_t step, struct prune_error *err);

/* The attribute `blocksize`, at least 1, of an input of four axes. */
int ops_block_size(int64_t *out, const struct node *n, const struct shape *x,
                   struct prune_error *err);

#endif

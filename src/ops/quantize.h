#ifndef OPS_QUANTIZE_H
#define OPS_QUANTIZE_H

#include "graph/host.h"

/* What the operators of quantised numbers share: a number x is stored as
 * round(x / scale) + zero, with one scale and zero for all, or one each
 * along an axis. */
struct quant {
    const struct tensor *scale, *zero; /* zero: NULL for 0 */
    int64_t n, inner; /* how many; elements between one and the next */
};

/* Reads inputs `scale` and `zero` (-1: there are none such) of a node for a
 * tensor of that shape along `axis`. */
int quant_read(struct quant *q, const struct host_call *c, int scale,
               int zero, const struct shape *x, int axis,
               struct prune_error *err);
double quant_scale(const struct quant *q, int64_t i); /* of element i */
double quant_zero(const struct quant *q, int64_t i);

/* x less its zeros, as 32-bit integers in new memory. */
int quant_whole(int32_t **out, const struct quant *q, const struct tensor *x,
                const struct host_call *c, struct prune_error *err);

/* Sums times scale over y's scale, rounded, in y's type; each of the two
 * scales may be one each along an axis. */
void quant_store(struct tensor *y, const int32_t *sums,
                 const struct quant *a, const struct quant *b,
                 const struct quant *out);

/* a [.., M, K] b [.., K, N] by numpy's rules: the shape, and the sums. */
int quant_matmul_shape(struct shape *out, const struct node *n,
                       const struct shape *a, const struct shape *b,
                       struct prune_error *err);
void quant_matmul(int32_t *out, const struct shape *shape, const int32_t *a,
                  const struct shape *of_a, const int32_t *b,
                  const struct shape *of_b);

/* Whether a node's input may be multiplied here: int8 or uint8. */
int quant_is_byte(const struct tensor *t);

/* A convolution of x [N,C,space…] by w [M,C/groups,kernel…], whose windows
 * the node tells. */
int quant_conv_shape(struct shape *out, const struct graph *g,
                     const struct node *n, const struct shape *x,
                     const struct shape *w, struct prune_error *err);
int quant_conv(int32_t *out, const struct shape *shape,
               const struct host_call *c, const int32_t *x,
               const struct shape *of_x, const int32_t *w,
               const struct shape *of_w, struct prune_error *err);

#endif

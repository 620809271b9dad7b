#ifndef OPS_HEADS_H
#define OPS_HEADS_H

#include "graph/host.h"

/* Attention by heads, as ONNX Runtime's Attention and MultiHeadAttention
 * have it: softmax(scale q k^T + what masks) v. */
struct heads {
    int64_t batch, heads, rows, past, columns; /* columns: past and new */
    int64_t width, value_width;                /* of one head */
    double scale, filter; /* filter is added where a mask says no */
    int causal;
    const struct tensor *mask; /* integers: lengths [batch], ends and starts
                                  [2 batch], [batch, columns], [batch, rows,
                                  columns] or [batch, 1, n, n] */
    const struct tensor *bias; /* added: [batch or 1, heads or 1, rows,
                                  columns] */
    double *q; /* [batch, heads, rows, width] */
    double *k; /* [batch, heads, columns, width] */
    double *v; /* [batch, heads, columns, value_width] */
};

/* Takes memory for q, k and v; heads_close gives it back. */
int heads_open(struct heads *h, struct prune_error *err);
void heads_close(struct heads *h);

/* t [batch, n, from … from + heads * width of each row of `row`] plus `bias`
 * (NULL: none) to to[batch, heads, at + n, width] of `columns`. */
void heads_split(double *to, const struct heads *h, int64_t width,
                 int64_t columns, int64_t at, int64_t n, const double *t,
                 int64_t row, const double *bias);

/* The answer [batch, rows, heads * value_width] as output 0. */
int heads_run(struct host_call *c, const struct heads *h, enum dtype dtype,
              struct prune_error *err);

#endif

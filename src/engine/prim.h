#ifndef ENGINE_PRIM_H
#define ENGINE_PRIM_H

#include "graph/tensor.h"

/* The primitives that operators are lowered to: a program is a list of
 * them over slots. All but `host` and `view` compute float32. One file src/engine/prim_NAME.c
 * each, ending in one `const struct prim_kind`, plus a row in prims.tbl;
 * its `run` in plain C is the truth that faster kernels are checked
 * against. Shapes of slots are whole. */

enum { MAX_SPACE = 3 }; /* spatial axes of a convolution or a pool */

/* in: x [N,C,...], w [M,C/groups,k...], optional b [M]; out [N,M,...] */
struct prim_conv {
    int space; /* spatial axes: 1, 2 or 3 */
    int64_t stride[MAX_SPACE], dilation[MAX_SPACE];
    int64_t pad_low[MAX_SPACE], pad_high[MAX_SPACE];
    int64_t groups;
};

/* The same parameters for a transposed convolution, `deconv`: x [N,C,...],
 * w [C,M/groups,k...], optional b [M]; out [N,M,...], where the tap k of x
 * at i adds to the place i stride + k dilation - pad_low, if there is one.
 * pad_high is not read: the output's size says how much is cut. */

/* in: a [..., M, K], b [..., K, N] (after the transpositions; batch axes
 * broadcast), optional bias broadcast to the output (numpy rules);
 * out [..., M, N] = alpha * a b + beta * bias */
struct prim_matmul {
    int trans_a, trans_b;
    float alpha, beta;
};

enum pool_mode { POOL_MAX, POOL_MEAN, POOL_MEAN_WITH_PAD };

/* in: x [N,C,...]; out [N,C,...]; windows over the spatial axes. */
struct prim_pool {
    enum pool_mode mode;
    int space;
    int64_t kernel[MAX_SPACE], stride[MAX_SPACE], dilation[MAX_SPACE];
    int64_t pad_low[MAX_SPACE], pad_high[MAX_SPACE];
    int64_t ceil_extra[MAX_SPACE]; /* further high padding by ceil_mode,
                                      which never counts in a mean */
};

enum eltwise { ELT_RELU, ELT_CLIP, ELT_SIGMOID, ELT_TANH, ELT_HARDSIGMOID,
               ELT_HARDSWISH, ELT_LEAKY, ELT_ELU, ELT_EXP, ELT_SQRT,
               ELT_LINEAR, ELT_ABS, ELT_NEG, ELT_SOFTPLUS, ELT_ERF,
               ELT_GELU, ELT_SWISH, ELT_LOG, ELT_POW, ELT_RECIPROCAL,
               ELT_GELU_TANH, ELT_MISH };

/* one in, one out, the same shape. Parameters: CLIP lo alpha, hi beta;
 * HARDSIGMOID max(0,min(1,alpha x+beta)); LEAKY alpha; ELU alpha; LINEAR
 * alpha x + beta; POW x^alpha; GELU is the erf form; MISH is
 * x tanh(softplus x). */
struct prim_eltwise {
    enum eltwise f;
    float alpha, beta;
};

enum binary { BIN_ADD, BIN_SUB, BIN_MUL, BIN_DIV, BIN_MAX, BIN_MIN, BIN_POW,
              BIN_PRELU };

/* two in, numpy broadcasting */
struct prim_binary {
    enum binary f;
};

/* in: x [N,C,...], scale [C], shift [C]; out = x * scale + shift along
 * axis 1: batch normalisation with its statistics folded. `affine` has no
 * parameters. */

/* softmax over `axis` alone; log: its logarithm */
struct prim_softmax {
    int axis, log;
};

/* in: x, optional scale and shift of as many elements as the axes from
 * `axis` on have; out = (x - mean) / sqrt(variance + epsilon) * scale +
 * shift, over those axes */
struct prim_layernorm {
    int axis;
    float epsilon;
};

/* Elements of a slot as [batch, head, row, place]: element i, j, k, l is at
 * offset + i step[0] + j step[1] + k step[2] + l step[3]. */
struct prim_view4 {
    int64_t offset, step[4];
};

/* in: the slots that hold q, k and v, optional mask broadcast to [batch,
 * heads, rows, columns]; out = softmax(alpha q k^T + mask) v, row-major as
 * [batch, heads, rows, value_width], or [batch, rows, heads, value_width]
 * when merged. q is [batch, heads, rows, width], k [.., columns, width],
 * v [.., columns, value_width], read through their views. */
struct prim_attention {
    float alpha;
    int merged;
    int64_t batch, heads, rows, columns, width, value_width;
    struct prim_view4 q, k, v;
};

enum rnn { RNN_TANH, RNN_RELU, RNN_LSTM, RNN_GRU };

/* One direction of a recurrent layer. in: x [T,N,I], w [gates H,I], r
 * [gates H,H], optional b [2 gates H] (of w, then of r), optional first
 * states h [N,H] and c [N,H] (LSTM), of any shape with as many elements;
 * out [T+1,N,H]: the states h, and last those of the LSTM's cells (for
 * other cells: room to work in). The gates in ONNX's order: LSTM input,
 * output, forget, cell; GRU update, reset, hidden. */
struct prim_rnn {
    enum rnn cell;
    int reverse;             /* from the last step to the first */
    int linear_before_reset; /* GRU */
    int64_t hidden;          /* H */
};

static inline int64_t prim_rnn_gates(enum rnn cell)
{
    return cell == RNN_LSTM ? 4 : cell == RNN_GRU ? 3 : 1;
}

enum reduce { RED_MEAN, RED_SUM, RED_MAX, RED_MIN };

/* the axes of the mask (bit i: axis i) shrink to 1 or vanish: the out
 * slot's shape says which, element order is the same */
struct prim_reduce {
    enum reduce f;
    unsigned axes;
};

/* any number of in's, joined along axis */
struct prim_concat {
    int axis;
};

enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE };

struct prim_pad {
    enum pad_mode mode;
    int64_t low[MAX_RANK], high[MAX_RANK]; /* negative ones cut */
    float value;
};

/* out axis i is in axis perm[i] */
struct prim_transpose {
    int perm[MAX_RANK];
};

/* out[i...] = in[start + i * step]; steps may be negative */
struct prim_slice {
    int64_t start[MAX_RANK], step[MAX_RANK];
};

/* An operator's own kernel (graph/host.h) over slots of any type. */
struct prim_host {
    const struct graph *graph; /* both borrowed, and kept by the engine */
    const struct node *node;
    int first; /* the node's output that `out` is; `more` are those behind */
};

/* `view`: the same elements under another shape; no parameters. */

/* What a pass hung behind a primitive: an element-wise function, or the sum
 * with another slot of the output's shape. */
struct post {
    int is_sum;
    struct prim_eltwise eltwise;
    int slot; /* of the sum; else -1 */
};

struct prim_kind;
struct graph;
struct node;

struct prim {
    const struct prim_kind *kind;
    union {
        struct prim_conv conv;
        struct prim_matmul matmul;
        struct prim_pool pool;
        struct prim_eltwise eltwise;
        struct prim_binary binary;
        struct prim_softmax softmax;
        struct prim_layernorm layernorm;
        struct prim_attention attention;
        struct prim_rnn rnn;
        struct prim_reduce reduce;
        struct prim_concat concat;
        struct prim_pad pad;
        struct prim_transpose transpose;
        struct prim_slice slice;
        struct prim_host host;
    };
    int n_in;
    int *in;  /* slots; -1: absent */
    int out;  /* slot */
    int n_more;
    int *more; /* further outputs: slots; -1: absent. Few kinds have any */
    int node; /* the graph's node it came from, for names; -1: none */
    int n_posts; /* applied in order to what `run` gives; only passes */
    struct post *posts; /* put them there, so plain runs see none */
};

/* A tensor of a program. */
struct slot {
    struct shape shape;
    enum dtype dtype;
    const struct tensor *constant; /* borrowed; NULL: computed or an input */
    int value;                     /* the graph's value, or -1 */
};

/* Runs a primitive in plain C: row-major, contiguous, float32. in[i] is
 * NULL where absent. Never fails: shapes were checked when it was lowered. */
typedef void prim_run_f(const struct prim *p, const struct slot *slots,
                        const float *const *in, float *out);

/* NULL when the shapes and parameters fit each other so that `run` stays
 * within its tensors; else what is wrong, in a few words. */
typedef const char *prim_check_f(const struct prim *p,
                                 const struct slot *slots);

struct prim_kind {
    const char *name;
    int min_in, max_in; /* how many inputs; max -1: any number */
    int any_type;       /* slots need not be float32 */
    prim_check_f *check;
    prim_run_f *run; /* `host` has none: host_step.h */
};

#define ROW(name) extern const struct prim_kind name;
#include "engine/prims.tbl"
#undef ROW

#endif

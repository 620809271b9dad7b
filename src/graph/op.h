#ifndef GRAPH_OP_H
#define GRAPH_OP_H

#include "graph/graph.h"

/* What is known of an ONNX operator. One file in src/ops each, ending in one
 * `const struct op`, plus one row in src/ops/ops.tbl. Members may be NULL:
 * without `infer` the outputs' shapes are unknown; without `couple` every
 * axis it touches is frozen; without `lower` and `host` the model cannot be
 * run, and is refused by the operator's name. */

struct coupling; /* graph/couple.h */
struct cut;      /* graph/cut.h */
struct lowering; /* engine/lower.h */

/* What an operator's node costs, per node at the shapes inferred. */
struct cost {
    int64_t macs;     /* multiply-accumulates, whole batch, dense */
    unsigned weights; /* bit i: input i is a prunable weight if constant */
    unsigned learned; /* bit i: input i is a parameter if constant (weights
                         included) */
};

/* Sets shapes, dtypes and (small integers) `known` of the outputs. Sizes
 * of inputs are all known when it is called, unless an input's rank is -1:
 * then the operator is skipped and its outputs stay unknown. So do they when
 * it says PRUNE_E_UNSUPPORTED: the sizes depend on the data. */
typedef int op_infer_f(struct graph *g, struct node *n,
                       struct prune_error *err);

/* Says which axes of inputs and outputs are tied, which are no channels,
 * which are frozen and why. Called in topological order. With
 * PRUNE_E_UNSUPPORTED (the sizes depend on the data) all is frozen. */
typedef int op_couple_f(struct coupling *c, const struct graph *g,
                        const struct node *n, struct prune_error *err);

/* Mends attributes and size constants of the node after its inputs were
 * cut. `node` is the index in c's graph. */
typedef int op_cut_f(struct cut *c, int node, struct prune_error *err);

typedef void op_cost_f(const struct graph *g, const struct node *n,
                       struct cost *out);

/* Says the node in engine primitives. */
typedef int op_lower_f(struct lowering *l, const struct graph *g,
                       const struct node *n, struct prune_error *err);

/* Computes the node in plain C over tensors of any type and any shape:
 * graph/host.h. Outputs it makes are set in the call; on failure whatever
 * was set is dropped by the caller. */
struct host_call;
typedef int op_host_f(struct host_call *c, struct prune_error *err);

/* What layer pruning and statistics need to know of a kind of operator. */
enum op_trait {
    OP_LINEAR = 1,      /* weights times input: Conv, Gemm, MatMul … */
    OP_CONV = 2,        /* a convolution */
    OP_DENSE = 4,       /* fully connected: Gemm, MatMul by a constant */
    OP_ACTIVATION = 8,  /* element-wise, one input, no parameters */
    OP_NORM = 16,       /* per-channel normalisation with statistics */
    OP_SUM = 32,        /* Add, Sum */
    OP_PASS = 64,       /* hands on its first input's elements unchanged:
                           Identity, Dropout, Flatten, Reshape … */
    OP_RANDOM = 128,    /* never folded, even when its inputs are constant */
    OP_ANY_OUTPUT = 256, /* its first output may be absent like the others */
};

struct op {
    const char *name;   /* ONNX's name */
    const char *domain; /* "" for ONNX's own */
    int since;          /* least opset it is understood from */
    int min_inputs, max_inputs; /* max -1: any number */
    unsigned traits;
    op_infer_f *infer;
    op_couple_f *couple;
    op_cut_f *cut;
    op_cost_f *cost;
    op_lower_f *lower; /* the fast way: float32, shapes known */
    op_host_f *host;   /* any type, any shape */
};

/* The row of that operator, or NULL. (src/ops/table.c) The lookup is a
 * function pointer's type so that the reader can be given it. */
typedef const struct op *op_find_f(const char *domain, const char *name,
                                   int64_t opset);

#endif

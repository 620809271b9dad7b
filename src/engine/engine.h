#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "graph/datum.h"
#include "graph/graph.h"

/* Runs a graph. Opening folds what is constant, lowers the rest to
 * primitives, fuses, chooses a kernel for each and plans memory; running is
 * then free of allocation. What has no shape before the data are there
 * (and what is computed from that) is run node by node afterwards, by
 * interp.h. The graph must have been inferred at the batch to run and is
 * not changed. One engine is used by one thread at a time; engines of one
 * process share nothing.
 *
 * data flow: graph -> clone, folded -> program (lower.h) -> passes ->
 * kernels + arena; the tail -> interp */

enum engine_kind {
    ENGINE_PLAIN, /* plain C, no fusion: the truth */
    ENGINE_FAST,  /* oneDNN, fused; kernels by a fixed rule: the same file
                     and machine give the same bits */
    ENGINE_TIMED, /* the same, kernels chosen by timing: for measuring */
};

struct engine_options {
    enum engine_kind kind;
    int threads;     /* at least 1 */
    const int *taps; /* values to be kept readable beside the outputs */
    int n_taps;
};

struct engine;

/* PRUNE_E_UNSUPPORTED names the first operator that cannot be run. */
int engine_open(struct engine **out, const struct graph *g,
                const struct engine_options *options,
                struct prune_error *err);
void engine_close(struct engine *e); /* NULL is fine */

/* 0 when every operator of the graph can be run; else the reason in err. */
int engine_can_run(const struct graph *g, struct prune_error *err);

/* One run. inputs[i] holds the elements of the graph's input i (its dtype,
 * row-major, the shape inferred). Subnormal numbers are flushed to zero
 * meanwhile. */
int engine_run(struct engine *e, const void *const *inputs,
               struct prune_error *err);

/* The same for inputs of any kind: tensors of the shapes and types inferred,
 * sequences, empty optionals. Borrowed. */
int engine_run_data(struct engine *e, struct datum *const *inputs,
                    struct prune_error *err);

/* Row-major results of the last run, valid until the next one; the shape
 * is the value's. `i` counts the graph's outputs, or the taps, which must
 * be float32 tensors. */
const float *engine_output(const struct engine *e, int i);
const float *engine_tap(const struct engine *e, int i);

/* Output i of the last run, whatever it is: its shape may depend on the
 * data. Borrowed, valid until the next run. */
const struct datum *engine_result(const struct engine *e, int i);

/* Bytes of activations, scratch and repacked weights. */
size_t engine_memory(const struct engine *e);

/* Name of the kernel that computes the graph's node ("dnnl:jit_avx512…",
 * "plain"), "" when it was folded away or fused into another. */
const char *engine_kernel(const struct engine *e, int node);

/* "oneDNN 2.6.3": what the fast kernels come from. Valid until the thread's
 * next call. */
const char *engine_version(void);

#endif

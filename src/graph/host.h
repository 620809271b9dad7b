#ifndef GRAPH_HOST_H
#define GRAPH_HOST_H

#include "graph/datum.h"
#include "graph/op.h"

/* What an operator's `host` works with: a kernel in plain C over whole
 * tensors of any type, whose shapes are known only now. It runs where no
 * primitive fits (types other than float32, shapes that depend on data,
 * sequences), and wherever inputs are constant: shape chains fold by it. */

/* Runs a subgraph (an attribute's) on its inputs; outputs are new
 * references. What it reads of the graphs around it is found by name. */
typedef int host_graph_f(void *runner, const struct graph *sub,
                         struct datum *const *in, int n_in,
                         struct datum **out, int n_out,
                         struct prune_error *err);

struct host_call {
    const struct graph *graph; /* opset is the graph's */
    const struct node *node;
    struct datum *const *in;     /* n_inputs of them; NULL: absent */
    struct datum **out;          /* n_outputs: what the kernel sets */
    struct tensor *const *given; /* memory that the caller has for the
                                    outputs, or NULL */
    host_graph_f *run;           /* NULL: subgraphs cannot be run here */
    void *runner;
};

/* Input i when it is there and a tensor, else NULL. */
const struct tensor *host_in(const struct host_call *c, int i);

/* The same, but what must be there: NULL comes with PRUNE_E_INPUT set. */
const struct tensor *host_need(const struct host_call *c, int i,
                               struct prune_error *err);

/* Whether anybody reads output i. */
int host_wants(const struct host_call *c, int i);

/* A tensor for output i, to be filled: *out is borrowed from the call. Its
 * elements are not set. An output that nobody reads gets one as well. */
int host_out(struct host_call *c, int i, enum dtype dtype,
             const struct shape *shape, struct tensor **out,
             struct prune_error *err);

/* Output i is this; the reference is taken over, also on failure. */
int host_set(struct host_call *c, int i, struct datum *d);
int host_set_tensor(struct host_call *c, int i, struct tensor *t,
                    struct prune_error *err);

/* Output i holds the elements of t under another shape of as many; nothing
 * is copied. */
int host_view(struct host_call *c, int i, const struct tensor *t,
              const struct shape *shape, struct prune_error *err);

/* PRUNE_E_INPUT: what is wrong with the data; PRUNE_E_UNSUPPORTED: what
 * cannot be computed here. Whoever calls the kernel adds the node's name. */
int host_bad(const struct host_call *c, struct prune_error *err,
             const char *format, ...) __attribute__((format(printf, 3, 4)));
int host_refuse(const struct host_call *c, struct prune_error *err,
                const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs the node's `host`: arity is checked before, and that each output
 * that is read was set after; on failure no output is left. */
int host_run(struct host_call *c, struct prune_error *err);

#endif

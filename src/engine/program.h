#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include "base/arena.h"
#include "engine/prim.h"
#include "graph/graph.h"

/* A network as a list of primitives over slots, in the order to run them:
 * what lowering makes of a graph, passes make shorter, and kernels are
 * chosen for. Each slot is written once. */
struct program {
    struct arena arena; /* input lists and posts of the primitives */
    int n_slots, room_slots, n_prims, room_prims, n_owned, room_owned;
    struct slot *slots;
    struct prim *prims;
    struct tensor **owned; /* constants made on the way */
    int n_inputs, n_outputs, n_taps;
    int *inputs;  /* slot of each input of the graph; -1: not read */
    int *outputs; /* slots */
    int *taps;
    int n_nodes; /* of the graph */
    /* What has no shape before the data are there, and all that is computed
     * from it, is left to be run node by node afterwards. It reads `kept`:
     * values whose slots are the last n_kept of the taps. Outputs that come
     * from there are slots of -1. */
    int n_tail, n_kept, room_tail, room_kept;
    int *tail; /* nodes */
    int *kept; /* values */
};

int program_new(struct program **out, struct prune_error *err);
void program_free(struct program *p); /* NULL is fine */

/* What the graph's outputs and the tapped values need, in primitives. The
 * graph is borrowed: its constants stand in the slots. PRUNE_E_UNSUPPORTED
 * names the first operator that cannot be run. */
int program_build(struct program **out, const struct graph *g,
                  const int *taps, int n_taps, struct prune_error *err);

/* A new slot of float32: its number, or a code. The shape must be whole. */
int program_slot(struct program *p, const struct shape *shape,
                 struct prune_error *err);
/* The same of any type. */
int program_typed_slot(struct program *p, const struct shape *shape,
                       enum dtype dtype, struct prune_error *err);

/* A new constant; the reference is taken over, also on failure. */
int program_constant(struct program *p, struct tensor *t,
                     struct prune_error *err);

/* Appends `prim` with the given inputs (-1: absent) and output, after
 * holding its arity and shapes against its kind. */
int program_add(struct program *p, struct prim prim, const int *in, int n_in,
                int out, struct prune_error *err);

/* The same with further outputs (-1: absent). */
int program_add_many(struct program *p, struct prim prim, const int *in,
                     int n_in, const int *out, int n_out,
                     struct prune_error *err);

/* Appends to the lists of nodes and values of the tail. */
int program_add_tail(struct program *p, int node, struct prune_error *err);
int program_add_kept(struct program *p, int value, struct prune_error *err);

/* The same as program_add, at position `at`. */
int program_insert(struct program *p, int at, struct prim prim,
                   const int *in, int n_in, int out,
                   struct prune_error *err);

/* Sets inputs, outputs or taps, copying the list. */
int program_set_slots(struct program *p, int **list, int *n_list,
                      const int *slots, int n, struct prune_error *err);

/* Holds that each slot is written once, and before it is read: anything
 * else is a mistake in an operator's `lower` or in a pass. */
int program_check(const struct program *p, struct prune_error *err);

/* For each slot: the primitive that writes it, or -1. Freed by mem_free;
 * NULL when memory is short. */
int *program_producers(const struct program *p);

/* How often each slot is read: by primitives, by their posts, and once for
 * each output and tap, so that what must stay readable counts. */
int *program_uses(const struct program *p);

#endif

#ifndef ENGINE_TAIL_H
#define ENGINE_TAIL_H

#include "engine/interp.h"
#include "engine/program.h"

/* What an engine runs behind its plan, node by node, and what it gives: the
 * graph's outputs as data of any kind. */
struct tail;

/* Both are borrowed. */
int tail_open(struct tail **out, const struct graph *g,
              const struct program *p, struct prune_error *err);
void tail_close(struct tail *t); /* NULL is fine */

/* After a run of the plan: inputs are the graph's (NULL: as raw elements
 * they are of no use here), memory[i] that of the program's tap i. */
int tail_run(struct tail *t, struct datum *const *inputs,
             const void *const *taps, struct prune_error *err);

/* Value of the graph after the run, or NULL. Borrowed. */
const struct datum *tail_value(const struct tail *t, int value);

/* A datum around row-major memory of a slot, to be freed by datum_unref. */
int tail_around(struct datum **out, const struct slot *slot,
                const void *memory, struct prune_error *err);

#endif

#ifndef ENGINE_OPEN_H
#define ENGINE_OPEN_H

#include "engine/engine.h"
#include "engine/program.h"

/* An engine over a program instead of a graph; the program is taken over,
 * also on failure. The options' taps are not read: they are the program's. */
int engine_open_program(struct engine **out, struct program *p,
                        const struct engine_options *options,
                        struct prune_error *err);

/* An engine over a graph as it is, which must outlive it: nothing is
 * folded. */
int engine_open_lowered(struct engine **out, const struct graph *g,
                        const struct engine_options *options,
                        struct prune_error *err);

/* Whether it consists of primitives alone: no operator's own kernel is
 * called and nothing is left to the tail. */
int engine_is_lowered(const struct engine *e);

/* For tests: makes every activation and all scratch memory a NaN, so that
 * what a kernel does not write, or reads too early, shows. */
void engine_poison(struct engine *e);

#endif

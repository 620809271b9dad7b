#ifndef ENGINE_ONEDNN_H
#define ENGINE_ONEDNN_H

#include "engine/plan.h"

/* A plan over oneDNN's primitives: blocked layouts are kept between layers,
 * weights are repacked once, what passes hung behind a primitive runs within
 * it. What oneDNN has no good way for runs in plain C, with changes of
 * layout around. Only dnnl*.c see the library itself. */

struct onednn_policy {
    int timed; /* choose by timing; else by a fixed rule */
};

/* Call with the number of threads that will run it set: primitives divide
 * their work when they are made. */
int onednn_compile(struct plan *plan, const struct program *p,
                   const struct onednn_policy *policy,
                   struct prune_error *err);

#endif

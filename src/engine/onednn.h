#ifndef ENGINE_ONEDNN_H
#define ENGINE_ONEDNN_H

#include "engine/plan.h"

/* A plan over oneDNN's primitives: blocked layouts are kept between layers,
 * weights are repacked once, what passes hung behind a primitive runs within
 * it. What oneDNN has no good way for runs in plain C, with changes of
 * layout around. Only dnnl*.c see the library itself. */

/* Which kernels convolutions get. */
enum onednn_policy {
    ONEDNN_DIRECT,  /* direct ones in the layout they like best */
    ONEDNN_BLOCKED, /* Winograd's where they apply, and all others in the
                       layout of blocks of 16 channels that those need */
    ONEDNN_TIMED,   /* each the one that was fastest when tried alone */
};

/* Direct or blocked: which suits the program, by the share of its work that
 * Winograd's kernels can do. */
enum onednn_policy onednn_rule(const struct program *p);

/* Call with the number of threads that will run it set: primitives divide
 * their work when they are made. */
int onednn_compile(struct plan *plan, const struct program *p,
                   enum onednn_policy policy,
                   struct prune_error *err);

#endif

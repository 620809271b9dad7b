#ifndef ENGINE_PLAIN_H
#define ENGINE_PLAIN_H

#include "engine/plan.h"

/* A plan that runs every primitive in plain C on row-major tensors. */
int plain_compile(struct plan *plan, const struct program *p,
                  struct prune_error *err);

/* Appends the primitive in plain C over row-major buffers. */
int plain_step(struct plan *plan, const struct program *p,
               const struct prim *prim, const int *in, int out,
               struct prune_error *err);

/* Appends a copy of `size` bytes. */
int plain_copy(struct plan *plan, int from, int to, size_t size,
               struct prune_error *err);

/* Bytes of a slot in row-major order. */
size_t plain_size(const struct slot *s);

#endif

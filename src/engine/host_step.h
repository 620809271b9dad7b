#ifndef ENGINE_HOST_STEP_H
#define ENGINE_HOST_STEP_H

#include "engine/plan.h"

/* Appends a step that calls an operator's own kernel (the primitive `host`)
 * over row-major buffers: in[] one per input, -1 where absent. buffers[slot]
 * is set for each slot that it writes. What the kernel makes must be of the
 * slots' types and shapes; if it is not, the run fails and says so. */
int host_step(struct plan *plan, const struct program *p,
              const struct prim *prim, const int *in, int *buffers,
              struct prune_error *err);

#endif

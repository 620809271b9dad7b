#ifndef ENGINE_ALONE_H
#define ENGINE_ALONE_H

#include "graph/host.h"

/* Computes one node through its operator's `lower`: a graph of this node
 * alone whose inputs are constants, inferred, lowered and run once.
 * Floating-point types other than float32 go through it and come back.
 * Sets the call's outputs; PRUNE_E_UNSUPPORTED when `lower` refuses. */
int alone_run(struct host_call *c, int fast, struct prune_error *err);

/* By the operator's own kernel, or alone where it has none or refuses. The
 * kernel's reason is told when neither will. */
int alone_or_host(struct host_call *c, int fast, struct prune_error *err);

#endif

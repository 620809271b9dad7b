#ifndef ENGINE_PASSES_H
#define ENGINE_PASSES_H

#include "engine/program.h"

/* Makes a program shorter without changing what its outputs and taps get,
 * but for rounding: constants are computed now; scales and shifts go into
 * the weights before them; padding goes into the convolution behind it;
 * element-wise functions and residual sums become posts. A slot that is an
 * output or a tap is never fused away. */
int passes_run(struct program *p, struct prune_error *err);

#endif

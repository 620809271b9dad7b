#ifndef PRUNE_OPTIONS_H
#define PRUNE_OPTIONS_H

#include "prune/error.h"

/* What a run is asked for: named settings, given as text. Names, types,
 * ranges and defaults are those of prune_describe(); on the command line
 * setting a_b is written --a-b. */

struct prune_options;

#ifdef __cplusplus
extern "C" {
#endif

/* Nothing set. Freed by prune_options_free, which takes NULL. */
int prune_options_new(struct prune_options **out, struct prune_error *err);
void prune_options_free(struct prune_options *o);

/* Sets one: "technique", a target such as "sparsity", any other setting, or
 * how data are read: "scale", "mean", "std" (one value, or one per channel
 * with commas between), "layout" (NCHW, NHWC, NHW). PRUNE_E_USAGE names the
 * setting, the value, and what it may be. */
int prune_options_set(struct prune_options *o, const char *name,
                      const char *value, struct prune_error *err);

#ifdef __cplusplus
}
#endif
#endif

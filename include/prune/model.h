#ifndef PRUNE_MODEL_H
#define PRUNE_MODEL_H

#include "prune/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Operators, layers, parameters, nonzeros, MACs, bytes, prunable groups and
 * refusals of a model file, as JSON (prune_free). */
int prune_inspect(char **result, const char *model,
                  const struct prune_options *options,
                  struct prune_error *err);

/* The files that hold a model's weights beside it (external data), as JSON
 * (prune_free): {"external_data": [{"file", "bytes_needed"}], "missing":
 * [...]}; the latter lists those that are not there or too short (then with
 * "bytes"). Either is absent when there is none. They are not read. */
int prune_inspect_files(char **result, const char *model,
                        struct prune_error *err);

/* Runs a model on .npy inputs: inputs[i] is "NAME=FILE.npy". Writes
 * NAME.npy per output into the folder (made when missing); a `/` in a name
 * becomes `_`. */
int prune_infer(const char *model, const char *const *inputs, int n_inputs,
                const char *output_dir, const struct prune_options *options,
                struct prune_error *err);

#ifdef __cplusplus
}
#endif
#endif

#ifndef PRUNE_DATASET_H
#define PRUNE_DATASET_H

#include "prune/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Packs IDX files (plain or gzipped) into a .npz. With test files the
 * arrays are x_train, y_train, x_test, y_test; without (both NULL) x, y. */
int prune_dataset_pack(const char *output, const char *images,
                       const char *labels, const char *test_images,
                       const char *test_labels, struct prune_error *err);

/* What a .npz holds and how it is split, as JSON (prune_free):
 * {"arrays": [{"name", "dtype", "shape"}], "train", "test", "labels",
 * "split"}. */
int prune_dataset_inspect(char **result, const char *path,
                          const struct prune_options *options,
                          struct prune_error *err);

#ifdef __cplusplus
}
#endif
#endif

#ifndef MEASURE_SIZE_H
#define MEASURE_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

/* Bytes after `zstd -3`; nothing is kept, so memory stays small. */
int measure_compressed(int64_t *out, const void *bytes, size_t n,
                       struct prune_error *err);

/* The same over files one behind the other, as if they were one: f answers
 * the i-th, or NULL behind the last. */
typedef const struct file_map *measure_file_f(void *payload, size_t i);
int measure_compressed_files(int64_t *out, measure_file_f *f, void *payload,
                             struct prune_error *err);

#endif

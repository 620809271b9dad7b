#ifndef MEASURE_SIZE_H
#define MEASURE_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Bytes after `zstd -3`; nothing is kept, so memory stays small. */
int measure_compressed(int64_t *out, const void *bytes, size_t n,
                       struct prune_error *err);

#endif

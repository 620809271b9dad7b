#ifndef DATA_NPY_H
#define DATA_NPY_H

#include "graph/tensor.h"

/* NumPy's array format (NEP 1), versions 1 to 3, little-endian, row-major. */

struct npy_head {
    enum dtype dtype;
    struct shape shape;
    size_t size;   /* bytes of the header: the elements begin here */
    int64_t bytes; /* of the elements */
};

/* Reads the header at the start of `bytes`. PRUNE_E_INPUT says what is
 * wrong with it; the caller puts the file's name before. */
int npy_head_read(struct npy_head *out, const unsigned char *bytes, size_t n,
                  struct prune_error *err);

/* A whole .npy file; memory is taken only for what the file really holds. */
int npy_read(struct tensor **out, const char *path, struct prune_error *err);

/* The header of an array in fresh memory (mem_free). */
int npy_head_new(unsigned char **out, size_t *size, enum dtype dtype,
                 const struct shape *shape, struct prune_error *err);

/* Writes a .npy file, whole or not at all. */
int npy_write(const char *path, enum dtype dtype, const struct shape *shape,
              const void *data, struct prune_error *err);

#endif

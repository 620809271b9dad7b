#ifndef DATA_NPZ_H
#define DATA_NPZ_H

#include "data/npy.h"

/* Zip archives of NumPy arrays, stored or deflated, over libzip. */

struct npz;

/* Errors of npz_open name the path; those of npz_read only the array. */
int npz_open(struct npz **out, const char *path, struct prune_error *err);
void npz_close(struct npz *z); /* NULL is fine */

/* 1 when the archive holds an array of that name ("x_train"), else 0. */
int npz_has(const struct npz *z, const char *name);

/* Reads one array; what its header promises is compared with what the
 * archive holds before memory is taken. */
int npz_read(struct tensor **out, struct npz *z, const char *name,
             struct prune_error *err);

/* The header of one array, whose elements stay unread. */
int npz_head(struct npy_head *out, struct npz *z, const char *name,
             struct prune_error *err);

/* Writes an archive of n arrays, whole or not at all; the same arrays give
 * the same bytes. */
int npz_write(const char *path, const char *const *names,
              struct tensor *const *arrays, int n, struct prune_error *err);

#endif

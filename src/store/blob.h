#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"
#include "store/db.h"

/* Immutable files by hash: DIR/sha256/ab/abcdef…. The table `blob` says
 * which there are. Order is what makes a crash harmless: a file is linked
 * and synced before its row is committed, and unlinked after the commit
 * that removed its row. So a crash leaves at worst a file without a row,
 * which blob_sweep removes at start. */

/* Makes the folders. */
int blob_folders(const char *dir, struct prune_error *err);

/* A file on its way in: unnamed (O_TMPFILE) where the file system can,
 * else named DIR/tmp-…. Its SHA-256 is taken as it is written. */
struct blob_file {
    int fd;
    int64_t bytes;
    struct sha256 hash;
    char hex[SHA256_HEX]; /* after blob_file_end */
    char *temp;           /* name, where it has one */
};

/* BLOB_FULL is returned for a full disk, PRUNE_E_* for everything else. */
enum { BLOB_FULL = -100 };

/* 0 when `bytes` more fit and leave `reserve` bytes free. */
int blob_room(const char *dir, int64_t bytes, int64_t reserve,
              struct prune_error *err);

int blob_file_begin(struct blob_file *out, const char *dir,
                    struct prune_error *err);
int blob_file_write(struct blob_file *f, const void *bytes, size_t n,
                    struct prune_error *err);
/* No more bytes will come; fills `hex`. */
void blob_file_end(struct blob_file *f);
/* Makes the bytes durable; may take long. */
int blob_file_sync(struct blob_file *f, struct prune_error *err);
/* Gives it its name in DIR, durably; harmless when it is there already. */
int blob_file_link(struct blob_file *f, const char *dir,
                   struct prune_error *err);
/* Gives it a name outside DIR too, for a while; nothing is synced. */
int blob_file_link_to(const struct blob_file *f, const char *path,
                      struct prune_error *err);
/* Closes; what was not linked is gone. */
void blob_file_drop(struct blob_file *f);

/* The same for a file that has a path: hashes and syncs it (slow, any
 * thread) … */
int blob_take(char hex[static SHA256_HEX], int64_t *bytes, const char *path,
              struct prune_error *err);
/* … and gives it its name in DIR beside its old one, durably. */
int blob_link(const char *dir, const char hex[static SHA256_HEX],
              const char *path, struct prune_error *err);

/* "DIR/sha256/ab/abcdef…"; mem_free it. NULL when memory is short. */
char *blob_path(const char *dir, const char *hex);
/* An open file, or -1 with errno. */
int blob_open(const char *dir, const char *hex);
void blob_unlink(const char *dir, const char *hex);

/* --- rows ------------------------------------------------------------- */

/* The row of a file just linked; a missing one is present again. */
int blob_insert(struct db *db, const char *hex, int64_t bytes,
                struct prune_error *err);

/* Removes the row unless a model, data set or job refers to it. *gone says
 * whether it did: the file is then to be unlinked after the commit. */
int blob_release(struct db *db, const char *hex, int *gone,
                 struct prune_error *err);

/* Whether there is a row. */
int blob_exists(struct db *db, const char *hex, int *out,
                struct prune_error *err);

struct blob_sweep {
    int64_t removed; /* files without a row */
    int64_t missing; /* rows without a (whole) file */
};

/* At start: files without a row are removed, rows without a file become
 * 'missing', each logged. Rows that nothing refers to go first. */
int blob_sweep(struct db *db, const char *dir, struct blob_sweep *out,
               struct prune_error *err);

#endif

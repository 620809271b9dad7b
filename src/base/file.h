#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A file mapped for reading, or bytes that stand for one. A zeroed struct
 * is closed. A file that is made shorter while it is mapped kills whoever
 * reads behind its end: map files that nobody changes. */
struct file_map {
    const unsigned char *data;
    size_t size;
    int in_memory; /* the bytes came from base/alloc.h */
};

/* Maps a regular file of at most `limit` bytes (0: any size). Errors are
 * PRUNE_E_INPUT and name the path. */
int file_map(struct file_map *out, const char *path, uint64_t limit,
             struct prune_error *err);
/* The same for a file below a folder: `name` is relative ("a/b.bin"), has
 * no "..", and no part of it is a symbolic link. */
int file_map_below(struct file_map *out, const char *folder, const char *name,
                   struct prune_error *err);
void file_unmap(struct file_map *m);

/* These n bytes at `at` are not read again soon: a mapped file's need not
 * stay in memory. They are read from the file when they are wanted again. */
void file_forget(const struct file_map *m, size_t at, size_t n);

/* Calls f for the bytes in turn, a few MiB at a time, each piece forgotten
 * behind it. Stops at the first nonzero answer and returns it. */
typedef int file_piece_f(void *payload, const void *bytes, size_t n);
int file_each_piece(const struct file_map *m, file_piece_f *f, void *payload);

/* A file that appears whole or not at all: written beside its final name,
 * fsynced, renamed. */
struct file_new {
    int fd;
    char *path, *temp;
};

int file_new_open(struct file_new *out, const char *path,
                  struct prune_error *err);
int file_new_write(struct file_new *f, const void *bytes, size_t n,
                   struct prune_error *err);
/* fsync, rename, fsync of the folder. Closes on failure too. */
int file_new_commit(struct file_new *f, struct prune_error *err);
/* Drops what was written; harmless after commit. */
void file_new_drop(struct file_new *f);

/* The three of the above in one. */
int file_write(const char *path, const void *bytes, size_t n,
               struct prune_error *err);

/* Removes the temporary files that are still open, for a signal handler:
 * async-signal-safe, at most 8 files at a time are remembered. */
void file_drop_all(void);

#endif

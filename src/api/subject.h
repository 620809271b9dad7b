#ifndef API_SUBJECT_H
#define API_SUBJECT_H

#include "api/options.h"
#include "base/file.h"
#include "base/sha256.h"
#include "graph/costs.h"

/* A model that is looked at: its file's bytes, its graph (inferred at batch
 * 1) and what it weighs. A zeroed struct is empty. */
struct subject {
    const char *name;     /* for messages; borrowed */
    struct file_map map;  /* the file, or */
    unsigned char *bytes; /* bytes in memory, owned */
    const unsigned char *data;
    size_t size;
    char sha256[SHA256_HEX];
    struct graph *graph;
    struct graph_costs costs;
    int64_t compressed; /* -1: not measured yet */
};

int subject_open(struct subject *out, const char *path,
                 const struct shapes *shapes, struct prune_error *err);

/* From bytes as they would stand in a file: `bytes` are taken over, also
 * on failure. */
int subject_read(struct subject *out, const char *name, unsigned char *bytes,
                 size_t size, const struct shapes *shapes,
                 struct prune_error *err);
void subject_close(struct subject *s);

#endif

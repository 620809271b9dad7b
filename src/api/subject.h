#ifndef API_SUBJECT_H
#define API_SUBJECT_H

#include "api/options.h"
#include "base/file.h"
#include "base/sha256.h"
#include "graph/costs.h"

/* A model that is looked at: its graph (inferred at batch 1), which holds
 * its files, and what it weighs. A zeroed struct is empty. */
struct subject {
    const char *name; /* for messages; borrowed */
    size_t size;      /* bytes of the file, external data with it */
    char sha256[SHA256_HEX]; /* of the same, in the order of first use */
    struct graph *graph;
    struct graph_costs costs;
    int64_t compressed; /* -1: not measured yet */
};

/* Where symbolic sizes of 1 cannot be (an image smaller than a window) and
 * `shapes` says nothing, larger usual ones are tried and noted there. */
int subject_open(struct subject *out, const char *path, struct shapes *shapes, struct prune_error *err);

/* A graph as it would stand in a file (or two), read back from there. For
 * what is too large for memory the files are made for a moment where `path`
 * lies (NULL: among the temporary files). */
int subject_of(struct subject *out, const char *name, const struct graph *g,
               const char *path, const struct shapes *shapes,
               struct prune_error *err);

/* Finds `compressed`. */
int subject_compress(struct subject *s, struct prune_error *err);
void subject_close(struct subject *s);

#endif

#ifndef PRUNE_SHAPES_H
#define PRUNE_SHAPES_H

#include "graph/graph.h"

/* The setting `shape` taken apart: "NAME=1x3x224x224,OTHER=1x10". */
enum { MAX_SHAPES = 8 };

struct shapes {
    int n;
    struct shape_override items[MAX_SHAPES]; /* names are in `names` */
    char names[512];
};

/* PRUNE_E_USAGE says which part cannot be read. Not to be copied: items
 * point into the struct itself. */
int shapes_parse(struct shapes *out, const char *text,
                 struct prune_error *err);

#endif

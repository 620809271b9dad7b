#ifndef PRUNE_TECHNIQUE_H
#define PRUNE_TECHNIQUE_H

#include "graph/couple.h"
#include "prune/settings.h"

/* A way of making a network smaller: one file in src/prune each, ending in
 * one `const struct technique`, plus one row in techniques.tbl. A technique
 * is a pure function of weights and settings and runs nothing; what must
 * run the network to decide is in src/search, which calls techniques. */

/* What a technique does to the graph, and so which members it has. */
enum technique_acts {
    TECHNIQUE_ZEROES, /* sets single weights to zero: `zero` */
    TECHNIQUE_UNITS,  /* cuts units out of groups: `takes` */
    TECHNIQUE_LAYERS  /* bypasses whole layers (src/prune/bypass.h) */
};

/* What must be known before it can score. */
enum needs { NEEDS_NOTHING, NEEDS_ACTIVATIONS };

/* Sets at least the share s->amount of g's prunable weights to zero, by the
 * smallest number that does; tensors of excluded nodes stay as they are. */
typedef int technique_zero_f(struct graph *g, const struct settings *s,
                             struct prune_error *err);

/* Whether the technique removes units of such a group. */
typedef int technique_takes_f(const struct graph *g,
                              const struct group *group);

struct technique {
    const char *name, *title;
    const char *summary;    /* one line: what it removes */
    const char *looked_for; /* "fully connected layers …", for the message
                               when there is nothing to prune */
    enum technique_acts acts;
    enum needs needs;
    const char *criteria; /* names of criteria, one space between; the
                             first that can be had is the default */
    const char *scope;    /* default of `scope`; "" when it has none */
    technique_zero_f *zero;
    technique_takes_f *takes;
};

/* The row of that name, or NULL; and all rows, in the table's order. */
const struct technique *technique_find(const char *name);
const struct technique *const *technique_all(int *n);

/* Whether the result has fewer or smaller tensors: then there is something
 * to prove against masking. */
static inline int technique_cuts(const struct technique *t)
{
    return t->acts != TECHNIQUE_ZEROES;
}

#endif

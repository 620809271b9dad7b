#ifndef ENGINE_RUNNER_H
#define ENGINE_RUNNER_H

#include "engine/engine.h"

/* A graph made ready to be fed batch after batch: its own clone, inferred
 * at the batch, an open engine, and the buffer of the one input that data
 * feed. A zeroed struct is closed. */

struct runner_options {
    struct engine_options engine;
    int64_t batch;             /* wanted; a model with a fixed batch keeps
                                  its own */
    const struct shape_override *overrides;
    int n_overrides;
    const char *input, *output; /* names; NULL or "": the only one, the
                                   first one */
};

struct runner {
    struct graph *graph;
    struct engine *engine;
    int64_t batch;     /* of one run */
    int64_t size;      /* elements of one sample of the fed input */
    int input;         /* graph input that is fed */
    int output;        /* graph output that is read */
    float **inputs;    /* one buffer per graph input, zeroed */
};

/* PRUNE_E_INPUT when the input or output named does not exist or the model
 * has several inputs and none was named. */
int runner_open(struct runner *out, const struct graph *g,
                const struct runner_options *options,
                struct prune_error *err);
void runner_close(struct runner *r);

/* Where the fed input's batch is to be written: [batch, sample...]. */
float *runner_input(const struct runner *r);
int runner_run(struct runner *r, struct prune_error *err);
/* The output read, and its shape [batch, ...]. */
const float *runner_output(const struct runner *r);
const struct shape *runner_output_shape(const struct runner *r);

/* Fills every input with seeded standard normal numbers. */
void runner_fill(struct runner *r, uint64_t seed);

/* Finds the graph input that data feed: by name, or the only one. */
int runner_find_input(const struct graph *g, const char *name, int *out,
                      struct prune_error *err);

#endif

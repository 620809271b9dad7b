#ifndef RECOVER_STREAM_H
#define RECOVER_STREAM_H

#include "data/data.h"
#include "engine/engine.h"
#include "prune/settings.h"

/* Samples through a network, a batch at a time, with any of its values
 * looked at on the way. Memory is that of one batch. */

/* At most `most` samples of a part, evenly spread over it. */
int stream_sample(struct data_part *out, const struct data_part *part,
                  int64_t most, struct prune_error *err);
void stream_sample_done(struct data_part *part); /* a zeroed one is fine */

struct stream;

/* Makes ready to compute `values` of g and nothing that they do not need.
 * The data feeds s->input, or the only input; other inputs are zero. */
int stream_open(struct stream **out, const struct graph *g,
                const struct settings *s, const struct data_part *part,
                const int *values, int n_values, enum engine_kind kind,
                struct prune_error *err);
void stream_close(struct stream *s); /* NULL is fine */

/* Shape of value i of those asked for, batch included. */
const struct shape *stream_shape(const struct stream *s, int i);

/* One batch: values[i] holds the whole batch of value i, of which the first
 * n samples count; labels[n] (-1: none). Nonzero stops the stream. */
struct stream_batch {
    int64_t first, n, batch;
    const float *const *values;
    const int64_t *labels;
};
typedef int stream_f(void *payload, const struct stream_batch *b,
                     struct prune_error *err);

/* One batch: samples from `first` on, as many as fit and are before `end`. */
int stream_step(struct stream *s, const struct data_part *part, int64_t first,
                int64_t end, struct stream_batch *out,
                struct prune_error *err);

/* The first `n` samples of the part. */
int stream_run(struct stream *s, const struct data_part *part, int64_t n,
               stream_f *f, void *payload, const struct progress *p,
               const char *phase, struct prune_error *err);

/* The value that accuracy is read from: s->output, or the first output. */
int stream_output(int *out, const struct graph *g, const struct settings *s,
                  struct prune_error *err);
/* The graph's input that the data feeds: an index into g->inputs. */
int stream_input(int *out, const struct graph *g, const struct settings *s,
                 struct prune_error *err);

/* g as it is with nothing but `values` to compute, inferred for a batch of
 * samples of that shape (NULL: as the model says). */
int stream_graph(struct graph **out, const struct graph *g,
                 const struct settings *s, const struct shape *sample,
                 const int *values, int n_values, int64_t batch,
                 struct prune_error *err);

#endif

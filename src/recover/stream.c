#include "recover/stream.h"

#include <string.h>

#include "base/alloc.h"
#include "prune/shapes.h"

enum { STREAM_BATCH = 64 };

struct stream {
    struct graph *g;
    struct engine *engine;
    int n_values, feed;   /* feed: which of the graph's inputs is data */
    int *from;            /* [n_values] engine output, or -1: the input */
    struct shape *shapes; /* [n_values] */
    const float **values; /* [n_values] of the running batch */
    const void **inputs; /* [n_inputs] */
    float *x, *zeros;
    int64_t *labels;
    int64_t batch, sample; /* samples a run; elements of one */
};

int stream_sample(struct data_part *out, const struct data_part *part,
                  int64_t most, struct prune_error *err)
{
    struct data_part p = *part;
    int64_t *index;
    if (p.n > most)
        p.n = most;
    p.index = index = mem_calloc((size_t)p.n, sizeof *index);
    if (!index)
        return err_memory(err, "the list of calibration samples");
    for (int64_t i = 0; i < p.n; i++) {
        int64_t k = (int64_t)((__int128)i * part->n / p.n);
        index[i] = part->index ? part->index[k] : k;
    }
    *out = p;
    return 0;
}

void stream_sample_done(struct data_part *part)
{
    mem_free((void *)(uintptr_t)part->index);
    memset(part, 0, sizeof *part);
}

int stream_output(int *out, const struct graph *g, const struct settings *s,
                  struct prune_error *err)
{
    for (int i = 0; i < g->n_outputs; i++)
        if (!*s->output || !strcmp(g->values[g->outputs[i]].name, s->output)) {
            *out = g->outputs[i];
            return 0;
        }
    return err_set(err, PRUNE_E_USAGE,
                   "output: the model has no output \"%s\"", s->output);
}

int stream_input(int *out, const struct graph *g, const struct settings *s,
                 struct prune_error *err)
{
    if (!*s->input && g->n_inputs > 1)
        return err_set(err, PRUNE_E_USAGE,
                       "input: the model has %d inputs; name the one that "
                       "the data feeds",
                       g->n_inputs);
    for (int i = 0; i < g->n_inputs; i++)
        if (!*s->input || !strcmp(g->values[g->inputs[i]].name, s->input)) {
            *out = i;
            return 0;
        }
    return err_set(err, PRUNE_E_USAGE, "input: the model has no input \"%s\"",
                   s->input);
}

/* Makes `values` the graph's only outputs and drops what they do not
 * need. */
static int narrow(struct graph *g, const int *values, int n,
                  struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; i < g->n_outputs; i++)
        g->values[g->outputs[i]].is_output = 0;
    g->n_outputs = 0;
    for (int i = 0; i < n && !rc; i++)
        if (!g->values[values[i]].is_output && !g->values[values[i]].is_input)
            rc = graph_add_output(g, values[i], err);
    return rc ? rc : graph_sweep(g, err);
}

/* What the data input is to be: the sample's sizes behind the batch, which
 * stays as it is where the model fixes it. */
static struct shape input_shape(const struct value *input,
                                const struct shape *sample, int64_t batch)
{
    struct shape s = {.rank = sample->rank + 1};
    int fixed = input->declared.rank > 0 && input->declared.dims[0] > 0;
    s.dims[0] = fixed ? input->declared.dims[0] : batch;
    for (int i = 0; i < sample->rank && i + 1 < MAX_RANK; i++)
        s.dims[i + 1] = sample->dims[i];
    return s;
}

static int infer(struct graph *g, const struct settings *s,
                 const struct shape *sample, int64_t batch,
                 struct prune_error *err)
{
    struct shapes shapes;
    struct shape_override items[MAX_SHAPES + 1];
    int feed, n, rc = shapes_parse(&shapes, s->shape, err);
    if (rc)
        return rc;
    n = shapes.n;
    memcpy(items, shapes.items, sizeof shapes.items);
    if (sample && sample->rank < MAX_RANK) {
        if ((rc = stream_input(&feed, g, s, err)))
            return rc;
        const struct value *v = &g->values[g->inputs[feed]];
        items[n++] = (struct shape_override){v->name,
                                             input_shape(v, sample, batch)};
    }
    return graph_infer(g, batch, items, n, err);
}

int stream_graph(struct graph **out, const struct graph *g,
                 const struct settings *s, const struct shape *sample,
                 const int *values, int n_values, int64_t batch,
                 struct prune_error *err)
{
    struct graph *part = NULL;
    int rc = graph_clone(&part, g, err);
    if (!rc)
        rc = narrow(part, values, n_values, err);
    if (!rc)
        rc = infer(part, s, sample, batch, err);
    if (rc) {
        graph_free(part);
        return rc;
    }
    *out = part;
    return 0;
}

static int64_t largest_input(const struct graph *g)
{
    int64_t most = 0;
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t n = shape_numel(&g->values[g->inputs[i]].shape);
        most = n > most ? n : most;
    }
    return most;
}

static int stream_alloc(struct stream *s, struct prune_error *err)
{
    const struct graph *g = s->g;
    const struct shape *in = &g->values[g->inputs[s->feed]].shape;
    s->batch = in->rank > 0 ? in->dims[0] : 1;
    s->sample = shape_numel(in) / s->batch;
    s->x = mem_aligned((size_t)(s->batch * s->sample), sizeof(float));
    s->zeros = mem_aligned((size_t)largest_input(g), sizeof(float));
    s->labels = mem_calloc((size_t)s->batch, sizeof *s->labels);
    s->inputs = mem_calloc((size_t)g->n_inputs, sizeof *s->inputs);
    if (!s->x || !s->zeros || !s->labels || !s->inputs)
        return err_memory(err, "a batch of samples");
    for (int i = 0; i < g->n_inputs; i++)
        s->inputs[i] = i == s->feed ? s->x : s->zeros;
    return 0;
}

/* Which engine output each value asked for is. */
static int map_values(struct stream *s, const int *values, int n,
                      struct prune_error *err)
{
    s->n_values = n;
    s->from = mem_calloc((size_t)n, sizeof *s->from);
    s->values = mem_calloc((size_t)n, sizeof *s->values);
    s->shapes = mem_calloc((size_t)n, sizeof *s->shapes);
    if (!s->from || !s->values || !s->shapes)
        return err_memory(err, "a batch of samples");
    for (int i = 0; i < n; i++) {
        s->from[i] = -1;
        s->shapes[i] = s->g->values[values[i]].shape;
        for (int k = 0; k < s->g->n_outputs; k++)
            if (s->g->outputs[k] == values[i])
                s->from[i] = k;
    }
    return 0;
}

static int check_sample(const struct stream *s, const struct data_part *part,
                        struct prune_error *err)
{
    const struct shape *want = dataset_sample(part->set);
    char a[96], b[96];
    if (shape_numel(want) == s->sample)
        return 0;
    return err_set(err, PRUNE_E_INPUT,
                   "a sample of the data has shape %s, the model's input %s "
                   "is %s",
                   shape_text(want, a),
                   s->g->values[s->g->inputs[s->feed]].name,
                   shape_text(&s->g->values[s->g->inputs[s->feed]].shape, b));
}

int stream_open(struct stream **out, const struct graph *g,
                const struct settings *s, const struct data_part *part,
                const int *values, int n_values, enum engine_kind kind,
                struct prune_error *err)
{
    struct engine_options options = {.kind = kind, .threads = s->threads};
    struct stream *t = mem_new(sizeof *t);
    if (!t)
        return err_memory(err, "a stream of samples");
    int64_t batch = part->n < STREAM_BATCH ? part->n : STREAM_BATCH;
    int rc = stream_input(&t->feed, g, s, err);
    if (!rc)
        rc = stream_graph(&t->g, g, s, dataset_sample(part->set), values,
                          n_values, batch > 0 ? batch : 1, err);
    if (!rc)
        rc = stream_alloc(t, err);
    if (!rc)
        rc = check_sample(t, part, err);
    if (!rc)
        rc = map_values(t, values, n_values, err);
    if (!rc && t->g->n_outputs)
        rc = engine_open(&t->engine, t->g, &options, err);
    if (rc) {
        stream_close(t);
        return rc;
    }
    *out = t;
    return 0;
}

void stream_close(struct stream *s)
{
    if (!s)
        return;
    engine_close(s->engine);
    graph_free(s->g);
    mem_free(s->from);
    mem_free(s->shapes);
    mem_free(s->values);
    mem_free(s->inputs);
    mem_free(s->x);
    mem_free(s->zeros);
    mem_free(s->labels);
    mem_free(s);
}

const struct shape *stream_shape(const struct stream *s, int i)
{
    return &s->shapes[i];
}

static int run_batch(struct stream *s, const struct data_part *part,
                     int64_t first, int64_t n, struct prune_error *err)
{
    int rc = data_read(part, first, n, s->x, s->labels, err);
    if (rc)
        return rc;
    memset(s->x + n * s->sample, 0,
           (size_t)((s->batch - n) * s->sample) * sizeof *s->x);
    if (s->engine && (rc = engine_run(s->engine, s->inputs, err)))
        return rc;
    for (int i = 0; i < s->n_values; i++)
        s->values[i] =
            s->from[i] < 0 ? s->x : engine_output(s->engine, s->from[i]);
    return 0;
}

int stream_step(struct stream *s, const struct data_part *part, int64_t first,
                int64_t end, struct stream_batch *out,
                struct prune_error *err)
{
    int64_t n = end - first < s->batch ? end - first : s->batch;
    int rc = run_batch(s, part, first, n, err);
    if (!rc)
        *out = (struct stream_batch){first, n, s->batch, s->values,
                                     s->labels};
    return rc;
}

int stream_run(struct stream *s, const struct data_part *part, int64_t n,
               stream_f *f, void *payload, const struct progress *p,
               const char *phase, struct prune_error *err)
{
    struct stream_batch b = {0};
    int rc = 0;
    if (n > part->n)
        n = part->n;
    for (int64_t first = 0; first < n && !rc; first += b.n)
        if (!(rc = progress_tell(p, phase, first, n, err)) &&
            !(rc = stream_step(s, part, first, n, &b, err)))
            rc = f(payload, &b, err);
    return rc;
}

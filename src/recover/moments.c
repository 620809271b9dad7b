#include "recover/moments.h"

#include "base/alloc.h"
#include "graph/costs.h"

void moments_add(struct moments *m, const float *x, int64_t n)
{
    double sum = 0, m2 = 0;
    if (n <= 0)
        return;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i];
    const double mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        m2 += ((double)x[i] - mean) * ((double)x[i] - mean);
    const double total = m->n + (double)n, delta = mean - m->mean;
    m->m2 += m2 + delta * delta * m->n * (double)n / total;
    m->mean += delta * (double)n / total;
    m->n = total;
}

struct collect {
    struct channels *list;
    int n;
    const struct stream *stream;
};

/* x is [outer, channels, inner] of the batch; n/batch of outer counts. */
static void add_value(struct channels *c, const struct shape *s,
                      const float *x, const struct stream_batch *b)
{
    const int64_t outer = shape_span(s, 0, c->axis) / b->batch * b->n;
    const int64_t inner = shape_span(s, c->axis + 1, s->rank);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t k = 0; k < c->n; k++)
            moments_add(&c->m[k], x + (o * c->n + k) * inner, inner);
}

static int add_batch(void *payload, const struct stream_batch *b,
                     struct prune_error *err)
{
    struct collect *c = payload;
    (void)err;
    for (int i = 0; i < c->n; i++)
        add_value(&c->list[i], stream_shape(c->stream, i), b->values[i], b);
    return 0;
}

static int start(struct channels *list, int n, const struct stream *stream,
                 struct prune_error *err)
{
    for (int i = 0; i < n; i++) {
        const struct shape *s = stream_shape(stream, i);
        if (list[i].axis >= s->rank)
            return err_set(err, PRUNE_E_FAILED,
                           "a value to be measured has lost its channels");
        list[i].n = s->dims[list[i].axis];
        mem_free(list[i].m);
        list[i].m = mem_calloc((size_t)list[i].n, sizeof *list[i].m);
        if (!list[i].m)
            return err_memory(err, "the statistics of a layer");
    }
    return 0;
}

int moments_collect(struct channels *list, int n_list, const struct graph *g,
                    const struct settings *s, const struct data_part *part,
                    int64_t n, const struct progress *p, const char *phase,
                    struct prune_error *err)
{
    struct stream *stream = NULL;
    int *values = mem_calloc((size_t)n_list, sizeof *values);
    if (!values)
        return err_memory(err, "the statistics of a network");
    for (int i = 0; i < n_list; i++)
        values[i] = list[i].value;
    int rc = stream_open(&stream, g, s, part, values, n_list, ENGINE_FAST,
                         err);
    if (!rc)
        rc = start(list, n_list, stream, err);
    struct collect c = {list, n_list, stream};
    if (!rc)
        rc = stream_run(stream, part, n, add_batch, &c, p, phase, err);
    stream_close(stream);
    mem_free(values);
    return rc;
}

void channels_free(struct channels *list, int n_list)
{
    for (int i = 0; list && i < n_list; i++)
        mem_free(list[i].m);
    mem_free(list);
}

int moments_samples(int64_t *out, const struct channels *list, int n_list,
                    const struct graph *g, const struct settings *s,
                    const struct data_part *part, double runs,
                    struct prune_error *err)
{
    struct graph_costs c;
    struct graph *beginning;
    double all, sum = 0;
    int rc = graph_costs(&c, g, err);
    if (rc)
        return rc;
    all = (double)c.total.macs;
    graph_costs_done(&c);
    for (int i = 0; i < n_list; i++) {
        if ((rc = stream_graph(&beginning, g, s, dataset_sample(part->set),
                               &list[i].value, 1, 1, err)))
            return rc;
        rc = graph_costs(&c, beginning, err);
        graph_free(beginning);
        if (rc)
            return rc;
        sum += (double)c.total.macs;
        graph_costs_done(&c);
    }
    *out = part->n;
    if (sum > runs * all)
        *out = (int64_t)((double)part->n * runs * all / sum);
    if (*out < 64)
        *out = part->n < 64 ? part->n : 64;
    return 0;
}

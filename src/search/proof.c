/* The removal proof: masking and cutting give the same numbers. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/engine.h"
#include "recover/stream.h"
#include "search/decide.h"

enum { PROOF_SAMPLES = 32 };

/* One of the two networks, ready to run on `batch` samples. */
struct side {
    struct graph *g;
    struct engine *engine;
};

static int side_open(struct side *x, const struct graph *g,
                     const struct settings *s,
                     const struct data_part *calibration,
                     struct prune_error *err)
{
    const struct shape *sample =
        calibration ? dataset_sample(calibration->set) : NULL;
    struct engine_options options = {.kind = ENGINE_PLAIN,
                                     .threads = s->threads};
    int rc = stream_graph(&x->g, g, s, sample, g->outputs, g->n_outputs,
                          PROOF_SAMPLES, err);
    return rc ? rc : engine_open(&x->engine, x->g, &options, err);
}

static void side_close(struct side *x)
{
    engine_close(x->engine);
    graph_free(x->g);
}

struct proof {
    struct side masked, cut;
    int feed;        /* input that the data feeds; -1: no data */
    int64_t batch;
    struct rng rng;
    float **inputs;  /* [n_inputs], of the cut graph's sizes */
    double largest, difference;
    double sum, first_sum; /* of a run's outputs: with a batch of one, runs
                              are told apart by it */
    int n_runs, varies;
};

static int alloc_inputs(struct proof *p, uint64_t seed,
                        struct prune_error *err)
{
    const struct graph *g = p->cut.g;
    rng_init(&p->rng, seed);
    p->inputs = mem_calloc((size_t)g->n_inputs, sizeof *p->inputs);
    if (!p->inputs)
        return err_memory(err, "the inputs of the removal proof");
    for (int i = 0; i < g->n_inputs; i++) {
        const struct shape *s = &g->values[g->inputs[i]].shape;
        int64_t n = shape_numel(s);
        p->inputs[i] = n >= 0 ? mem_aligned((size_t)n, sizeof(float)) : NULL;
        if (!p->inputs[i])
            return err_memory(err, "the inputs of the removal proof");
    }
    const struct shape *s =
        &g->values[g->inputs[p->feed < 0 ? 0 : p->feed]].shape;
    p->batch = s->rank > 0 && s->dims[0] > 0 ? s->dims[0] : 1;
    return 0;
}

static void make_noise(struct proof *p)
{
    const struct graph *g = p->cut.g;
    for (int i = 0; i < g->n_inputs; i++) {
        int64_t n = shape_numel(&g->values[g->inputs[i]].shape);
        for (int64_t k = 0; k < n; k++)
            p->inputs[i][k] = rng_normal(&p->rng);
    }
}

/* Takes one pair of outputs into account. */
static int compare(struct proof *p, int i, struct prune_error *err)
{
    const struct graph *a = p->masked.g, *b = p->cut.g;
    const struct shape *s = &b->values[b->outputs[i]].shape;
    if (!shape_equal(&a->values[a->outputs[i]].shape, s))
        return err_set(err, PRUNE_E_FAILED,
                       "output '%s' has another shape than the original's",
                       b->values[b->outputs[i]].name);
    const int64_t n = shape_numel(s), one = n / (p->batch ? p->batch : 1);
    const float *x = engine_output(p->masked.engine, i);
    const float *y = engine_output(p->cut.engine, i);
    for (int64_t k = 0; k < n; k++) {
        double d = fabs((double)x[k] - (double)y[k]);
        if (!(d <= p->difference))
            p->difference = isnan(d) ? INFINITY : d;
        p->sum += (double)x[k];
        p->largest = fmax(p->largest, fabs((double)x[k]));
        if (one > 0 && x[k] != x[k % one])
            p->varies = 1;
    }
    return 0;
}

static int run_batch(struct proof *p, struct prune_error *err)
{
    const void *const *inputs = (const void *const *)p->inputs;
    int rc = engine_run(p->masked.engine, inputs, err);
    p->sum = 0;
    if (!rc)
        rc = engine_run(p->cut.engine, inputs, err);
    for (int i = 0; i < p->cut.g->n_outputs && !rc; i++)
        rc = compare(p, i, err);
    if (p->n_runs++ == 0)
        p->first_sum = p->sum;
    else if (p->sum != p->first_sum)
        p->varies = 1;
    return rc;
}

/* A model with a fixed batch is run as often as 32 samples take. */
static int run(struct proof *p, const struct data_part *part,
               struct prune_error *err)
{
    int rc = 0;
    int64_t most = part ? part->n : PROOF_SAMPLES;
    if (most > PROOF_SAMPLES)
        most = PROOF_SAMPLES;
    for (int64_t at = 0; at < most && !rc; at += p->batch) {
        int64_t n = most - at < p->batch ? most - at : p->batch;
        if (part)
            rc = data_read(part, at, n, p->inputs[p->feed], NULL, err);
        else
            make_noise(p);
        if (!rc)
            rc = run_batch(p, err);
    }
    return rc;
}

int search_proof(double *max_abs_diff, int *constant_outputs,
                 const struct graph *masked, const struct graph *reread,
                 const struct settings *s,
                 const struct data_part *calibration,
                 struct prune_error *err)
{
    struct proof p = {.feed = -1};
    struct data_part part = {0};
    const struct data_part *use = NULL;
    int rc = 0;
    if (calibration && calibration->n) {
        rc = stream_sample(&part, calibration, PROOF_SAMPLES, err);
        use = &part;
    }
    if (!rc && use)
        rc = stream_input(&p.feed, reread, s, err);
    if (!rc)
        rc = side_open(&p.masked, masked, s, use, err);
    if (!rc)
        rc = side_open(&p.cut, reread, s, use, err);
    if (!rc)
        rc = alloc_inputs(&p, s->seed, err);
    if (!rc)
        rc = run(&p, use, err);
    if (!rc) {
        *max_abs_diff = p.difference / fmax(p.largest, 1e-30);
        *constant_outputs = !p.varies;
    }
    for (int i = 0; p.inputs && i < p.cut.g->n_inputs; i++)
        mem_free(p.inputs[i]);
    mem_free(p.inputs);
    side_close(&p.masked);
    side_close(&p.cut);
    stream_sample_done(&part);
    return rc;
}

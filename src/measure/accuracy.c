#include "measure/accuracy.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "data/scores.h"

/* Counts of one model. */
struct tally {
    struct runner *runner;
    int64_t classes; /* scores per sample; 0: the output is something else */
    int64_t width;   /* elements of one sample's output */
    int probabilities;
    int64_t top1, top5;
    double loss;
};

struct pair_tally {
    int64_t same;
    double difference, size;
};

static void tally_start(struct tally *t, struct runner *r)
{
    const struct shape *s = runner_output_shape(r);
    *t = (struct tally){.runner = r};
    t->width = shape_numel(s) / r->batch;
    t->classes = scores_classes(s, r->batch);
    t->probabilities = scores_are_probabilities(
        r->graph, r->graph->outputs[r->output]);
}

static int64_t rank_of(const float *scores, int64_t n, int64_t label)
{
    int64_t rank = 0;
    for (int64_t i = 0; i < n; i++)
        rank += scores[i] > scores[label] ||
                (scores[i] == scores[label] && i < label);
    return rank;
}

static int tally_batch(struct tally *t, const int64_t *labels, int64_t n,
                       struct prune_error *err)
{
    const float *out = runner_output(t->runner);
    for (int64_t i = 0; i < n; i++) {
        const float *scores = out + i * t->width;
        if (labels[i] < 0 || labels[i] >= t->classes)
            return err_set(err, PRUNE_E_INPUT,
                           "label %" PRId64 " in the data, but the model has "
                           "classes 0 to %" PRId64,
                           labels[i], t->classes - 1);
        int64_t rank = rank_of(scores, t->classes, labels[i]);
        t->top1 += rank == 0;
        t->top5 += rank < 5;
        t->loss += scores_entropy(scores, t->classes, labels[i],
                                  t->probabilities);
    }
    return 0;
}

static void compare_batch(struct pair_tally *p, const struct tally *a,
                          const struct tally *b, int64_t n)
{
    const float *x = runner_output(a->runner), *y = runner_output(b->runner);
    for (int64_t i = 0; i < n; i++)
        p->same += scores_best(x + i * a->width, a->width) ==
                   scores_best(y + i * b->width, b->width);
    for (int64_t i = 0; i < n * a->width; i++) {
        p->difference += fabs((double)x[i] - (double)y[i]);
        p->size += fabs((double)x[i]);
    }
}

static void wilson(double *low, double *high, int64_t hits, int64_t n)
{
    const double z = 1.959963984540054;
    double p = (double)hits / (double)n, m = (double)n;
    double middle = p + z * z / (2 * m);
    double reach = z * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    *low = 100 * (middle - reach) / (1 + z * z / m);
    *high = 100 * (middle + reach) / (1 + z * z / m);
}

static void tally_end(struct accuracy *out, const struct tally *t, int64_t n,
                      int labels)
{
    *out = (struct accuracy){.samples = n};
    if (!labels || !t->classes || !n)
        return;
    out->has_top1 = out->has_loss = 1;
    out->has_top5 = t->classes > 5;
    out->top1 = 100.0 * (double)t->top1 / (double)n;
    out->top5 = 100.0 * (double)t->top5 / (double)n;
    out->loss = t->loss / (double)n;
    wilson(&out->low, &out->high, t->top1, n);
}

struct pass {
    const struct data_part *part;
    struct tally t[2];
    int n_models;
    struct pair_tally pair;
    int64_t *labels;
};

static int run_batch(struct pass *p, int64_t first, int64_t n,
                     struct prune_error *err)
{
    float *x = runner_input(p->t[0].runner);
    int rc = data_read(p->part, first, n, x, p->labels, err);
    if (!rc && p->n_models == 2)
        memcpy(runner_input(p->t[1].runner), x,
               (size_t)(n * p->t[0].runner->size) * sizeof *x);
    for (int i = 0; i < p->n_models && !rc; i++) {
        rc = runner_run(p->t[i].runner, err);
        if (!rc && p->part->labels && p->t[i].classes)
            rc = tally_batch(&p->t[i], p->labels, n, err);
    }
    if (!rc && p->n_models == 2)
        compare_batch(&p->pair, &p->t[0], &p->t[1], n);
    return rc;
}

static int run_part(struct pass *p, int64_t total,
                    const struct accuracy_options *o, struct prune_error *err)
{
    int64_t batch = p->t[0].runner->batch;
    for (int64_t first = 0; first < total; first += batch) {
        int64_t n = total - first < batch ? total - first : batch;
        if (o->tick && o->tick(o->payload, first, total))
            return err_set(err, PRUNE_E_CANCELED, "interrupted");
        int rc = run_batch(p, first, n, err);
        if (rc)
            return rc;
    }
    return 0;
}

static void agree(struct agreement *out, const struct pass *p, int64_t n)
{
    *out = (struct agreement){0};
    if (p->n_models < 2 || !n)
        return;
    if (p->t[0].classes && p->t[0].classes == p->t[1].classes) {
        out->has_agreement = 1;
        out->agreement = (double)p->pair.same / (double)n;
    } else {
        out->has_error = 1;
        out->output_error =
            p->pair.size > 0 ? p->pair.difference / p->pair.size : 0;
    }
}

int measure_accuracy(struct accuracy *out_a, struct accuracy *out_b,
                     struct agreement *out_agreement, struct runner *a,
                     struct runner *b, const struct data_part *part,
                     const struct accuracy_options *options,
                     struct prune_error *err)
{
    struct pass p = {.part = part, .n_models = b ? 2 : 1};
    int64_t total = part->n;
    if (options->limit && options->limit < total)
        total = options->limit;
    if (b && (b->batch != a->batch || b->size != a->size))
        return err_set(err, PRUNE_E_INPUT,
                       "the two models take samples of different shapes");
    p.labels = mem_calloc((size_t)a->batch, sizeof *p.labels);
    if (!p.labels)
        return err_memory(err, "labels");
    tally_start(&p.t[0], a);
    if (b)
        tally_start(&p.t[1], b);
    if (b && p.t[0].width != p.t[1].width)
        p.n_models = -1;
    int rc = p.n_models < 0
                 ? err_set(err, PRUNE_E_INPUT,
                           "the outputs of the two models differ in shape")
                 : run_part(&p, total, options, err);
    mem_free(p.labels);
    if (rc)
        return rc;
    tally_end(out_a, &p.t[0], total, part->labels);
    if (b && out_b)
        tally_end(out_b, &p.t[1], total, part->labels);
    if (out_agreement)
        agree(out_agreement, &p, total);
    return 0;
}

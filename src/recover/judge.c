#include "recover/judge.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "data/scores.h"

struct tally {
    const struct judge *j;
    float *keep; /* where outputs are kept, instead of counted */
    double right, loss, reference;
};

static void tally_sample(struct tally *t, const float *x, int64_t i,
                         int64_t label)
{
    const struct judge *j = t->j;
    if (j->labels) {
        t->right += scores_best(x, j->classes) == label;
        if (label >= 0 && label < j->classes)
            t->loss += scores_entropy(x, j->classes, label,
                                      j->probabilities);
        return;
    }
    const float *y = j->reference + i * j->classes;
    t->right += scores_best(x, j->classes) == scores_best(y, j->classes);
    for (int64_t k = 0; k < j->classes; k++) {
        double d = (double)x[k] - (double)y[k];
        t->loss += d * d;
        t->reference += (double)y[k] * (double)y[k];
    }
}

static int tally_batch(void *payload, const struct stream_batch *b,
                       struct prune_error *err)
{
    struct tally *t = payload;
    const int64_t n = t->j->classes;
    (void)err;
    if (t->keep)
        memcpy(t->keep + b->first * n, b->values[0],
               (size_t)(b->n * n) * sizeof(float));
    for (int64_t i = 0; i < b->n && !t->keep; i++)
        tally_sample(t, b->values[0] + i * n, b->first + i, b->labels[i]);
    return 0;
}

static int run(struct tally *t, const struct graph *g,
               const struct progress *p, const char *phase,
               struct prune_error *err)
{
    const struct judge *j = t->j;
    struct stream *stream = NULL;
    int value, rc = stream_output(&value, g, j->s, err);
    if (!rc)
        rc = stream_open(&stream, g, j->s, j->part, &value, 1, ENGINE_FAST,
                         err);
    if (!rc)
        rc = stream_run(stream, j->part, j->n, tally_batch, t, p, phase, err);
    stream_close(stream);
    return rc;
}

int judge_init(struct judge *out, const struct graph *original,
               const struct settings *s, const struct data_part *part,
               int64_t n, const struct progress *p, struct prune_error *err)
{
    struct judge j = {.s = s, .part = part, .n = n < part->n ? n : part->n};
    struct graph *g = NULL;
    int value, rc = stream_output(&value, original, s, err);
    if (rc || (rc = stream_graph(&g, original, s, dataset_sample(part->set),
                                 &value, 1, 1, err)))
        return rc;
    const struct shape *shape = &g->values[value].shape;
    int64_t batch = shape->rank > 0 ? shape->dims[0] : 1;
    j.scores = scores_classes(shape, batch) > 0;
    j.classes = shape_numel(shape) / (batch > 0 ? batch : 1);
    j.labels = part->labels && j.scores;
    j.probabilities = scores_are_probabilities(g, value);
    graph_free(g);
    if (j.classes < 1)
        return err_set(err, PRUNE_E_FAILED, "the output's size is unknown");
    if (!j.labels) {
        int64_t most = ((int64_t)1 << 26) / j.classes;
        j.n = j.n < most ? j.n : most > 0 ? most : 1;
        j.reference = mem_calloc((size_t)(j.n * j.classes), sizeof(float));
        if (!j.reference)
            return err_memory(err, "the original's outputs");
        struct tally t = {.j = &j, .keep = j.reference};
        rc = run(&t, original, p, "calibrate", err);
    }
    if (rc) {
        judge_done(&j);
        return rc;
    }
    *out = j;
    return 0;
}

void judge_done(struct judge *j)
{
    mem_free(j->reference);
    memset(j, 0, sizeof *j);
}

int judge_graph(struct verdict *out, const struct judge *j,
                const struct graph *g, const struct progress *p,
                const char *phase, struct prune_error *err)
{
    struct tally t = {.j = j};
    int rc = run(&t, g, p, phase, err);
    if (rc)
        return rc;
    out->accuracy = 100 * t.right / (double)j->n;
    out->loss = j->labels ? t.loss / (double)j->n
                          : t.loss / fmax(t.reference, 1e-30);
    if (isnan(out->loss))
        out->loss = INFINITY;
    if (!j->scores)
        out->accuracy = fmax(0, 100 * (1 - sqrt(out->loss)));
    return 0;
}

int verdict_better(const struct verdict *a, const struct verdict *b)
{
    if (a->accuracy != b->accuracy)
        return a->accuracy > b->accuracy;
    return a->loss <= b->loss;
}

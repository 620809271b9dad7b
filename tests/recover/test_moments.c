/* Moments against numbers added up the plain way; samples in streams. */
#include <math.h>

#include "../search/models.h"
#include "recover/judge.h"
#include "recover/moments.h"

Test(moments, merge_to_what_one_pass_would_give)
{
    float x[1000];
    struct rng r;
    rng_init(&r, 1);
    for (int i = 0; i < 1000; i++)
        x[i] = 1000 + rng_normal(&r);
    struct moments all = {0}, parts = {0};
    moments_add(&all, x, 1000);
    for (int i = 0, n = 1; i < 1000; i += n, n = n * 2 % 97 + 1)
        moments_add(&parts, x + i, i + n > 1000 ? 1000 - i : n);
    moments_add(&parts, x, 0);
    cr_assert_eq(parts.n, 1000);
    cr_assert_float_eq(parts.mean, all.mean, 1e-9);
    cr_assert_float_eq(moments_var(&parts), moments_var(&all), 1e-9);
    double sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += (double)x[i];
    cr_assert_float_eq(all.mean, sum / 1000, 1e-9);
}

Test(stream, samples_are_spread_evenly)
{
    int64_t index[10] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    struct data_part part = {.n = 10, .index = index}, out;
    cr_assert_eq(stream_sample(&out, &part, 5, NULL), 0);
    cr_assert_eq(out.n, 5);
    for (int64_t i = 0; i < 5; i++)
        cr_assert_eq(out.index[i], 9 - 2 * i);
    stream_sample_done(&out);
    part.index = NULL;
    cr_assert_eq(stream_sample(&out, &part, 100, NULL), 0);
    cr_assert_eq(out.n, 10);
    cr_assert_eq(out.index[9], 9);
    stream_sample_done(&out);
}

struct seen {
    int64_t samples, batches;
    double sum;
};

static int see(void *payload, const struct stream_batch *b,
               struct prune_error *err)
{
    struct seen *s = payload;
    (void)err;
    cr_assert_eq(b->first, s->samples);
    s->samples += b->n;
    s->batches++;
    for (int64_t i = 0; i < b->n * 10; i++)
        s->sum += (double)b->values[0][i];
    return 0;
}

/* 100 samples do not fill the last batch; what pads it is not seen. */
Test(stream, padding_does_not_count)
{
    struct graph *g = model("mlp");
    struct dataset *data = noise(g, 100, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    struct stream *stream = NULL;
    struct seen seen = {0}, one = {0};
    const struct data_part *part = dataset_train(data);
    cr_assert_eq(stream_open(&stream, g, &s, part, g->outputs, 1,
                             ENGINE_PLAIN, NULL), 0);
    cr_assert_eq(stream_run(stream, part, 1000, see, &seen, NULL, "", NULL),
                 0);
    stream_close(stream);
    cr_assert_eq(seen.samples, 100);
    cr_assert_eq(seen.batches, 2);
    for (int64_t i = 0; i < 100; i++) {
        struct data_part single = *part;
        single.index = &i;
        single.n = 1;
        one.samples = 0;
        cr_assert_eq(stream_open(&stream, g, &s, &single, g->outputs, 1,
                                 ENGINE_PLAIN, NULL), 0);
        cr_assert_eq(stream_run(stream, &single, 1, see, &one, NULL, "",
                                NULL), 0);
        stream_close(stream);
    }
    cr_assert_float_eq(seen.sum, one.sum, 1e-2);
    dataset_free(data);
    graph_free(g);
}

Test(stream, wrong_names_are_told)
{
    struct graph *g = model("mlp");
    struct settings s = asked("technique=weight sparsity=0.5 input=nosuch "
                              "output=neither", 1);
    struct prune_error e = {0};
    int i;
    cr_assert_eq(stream_input(&i, g, &s, &e), PRUNE_E_USAGE);
    cr_assert_not_null(strstr(e.text, "nosuch"));
    e.code = 0;
    cr_assert_eq(stream_output(&i, g, &s, &e), PRUNE_E_USAGE);
    cr_assert_not_null(strstr(e.text, "neither"));
    graph_free(g);
}

Test(judge, by_labels_and_by_the_original)
{
    struct graph *g = model("mlp");
    struct dataset *data = noise(g, 50, 10);
    struct settings s = asked("technique=weight sparsity=0.5", 1);
    struct data_part part = *dataset_train(data);
    struct judge j;
    struct verdict v;
    cr_assert_eq(judge_init(&j, g, &s, &part, 50, NULL, NULL), 0);
    cr_assert_eq(judge_graph(&v, &j, g, NULL, "", NULL), 0);
    cr_assert_eq(j.labels, 1);
    cr_assert(v.accuracy >= 0 && v.accuracy < 60, "labels are noise");
    cr_assert_gt(v.loss, 0.5);
    judge_done(&j);
    part.labels = 0;
    cr_assert_eq(judge_init(&j, g, &s, &part, 50, NULL, NULL), 0);
    cr_assert_eq(judge_graph(&v, &j, g, NULL, "", NULL), 0);
    cr_assert_eq(v.accuracy, 100);
    cr_assert_eq(v.loss, 0);
    judge_done(&j);
    struct verdict a = {50, 1}, b = {50, 2}, c = {51, 9};
    cr_assert(verdict_better(&a, &b) && !verdict_better(&b, &a));
    cr_assert(verdict_better(&c, &a) && verdict_better(&a, &a));
    dataset_free(data);
    graph_free(g);
}

/* covers: measure/size measure/accuracy measure/latency */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/npz.h"
#include "measure/accuracy.h"
#include "measure/latency.h"
#include "measure/size.h"
#include "onnx/onnx.h"
#include "ops/table.h"

enum { SAMPLES = 23, CLASSES = 10 };

static char path[64];

static struct graph *load(const char *name)
{
    const char *data = getenv("TEST_DATA");
    char file[512];
    snprintf(file, sizeof file, "%s/models/%s", data ? data : "tests/data",
             name);
    struct graph *g = NULL;
    struct prune_error e = {0};
    cr_assert_eq(onnx_read(&g, file, ops_find, &e), 0, "%s", e.text);
    return g;
}

static void open_runner(struct runner *r, const struct graph *g,
                        int64_t batch, enum engine_kind kind)
{
    struct runner_options o = {.engine = {.kind = kind, .threads = 1},
                               .batch = batch};
    struct prune_error e = {0};
    cr_assert_eq(runner_open(r, g, &o, &e), 0, "%s", e.text);
}

/* Noise with the labels given; y may be NULL. */
static struct dataset *make_data(const int64_t *y)
{
    struct shape sx = {4, {SAMPLES, 1, 28, 28}}, sy = {1, {SAMPLES}};
    struct tensor *t[2] = {0};
    struct rng rng;
    rng_init(&rng, 3);
    cr_assert_eq(tensor_new(&t[0], DTYPE_F32, &sx, NULL), 0);
    cr_assert_eq(tensor_new(&t[1], DTYPE_I64, &sy, NULL), 0);
    for (int i = 0; i < SAMPLES * 784; i++)
        tensor_f32(t[0])[i] = rng_normal(&rng);
    if (y)
        memcpy(t[1]->data, y, t[1]->size);
    static const char *const names[] = {"x_test", "y_test"};
    strcpy(path, "/tmp/prune-measure-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(npz_write(path, names, t, y ? 2 : 1, NULL), 0);
    tensor_unref(t[0]);
    tensor_unref(t[1]);
    struct dataset *d = NULL;
    struct data_settings s = {0};
    struct prune_error e = {0};
    cr_assert_eq(dataset_open(&d, path, &s, &e), 0, "%s", e.text);
    unlink(path);
    return d;
}

/* What the model says of each sample, one at a time in plain C. */
static void answers(int64_t out[SAMPLES], const struct graph *g,
                    const struct dataset *d)
{
    struct runner r;
    open_runner(&r, g, 1, ENGINE_PLAIN);
    for (int i = 0; i < SAMPLES; i++) {
        cr_assert_eq(data_read(dataset_test(d), i, 1, runner_input(&r), NULL,
                               NULL), 0);
        cr_assert_eq(runner_run(&r, NULL), 0);
        const float *s = runner_output(&r);
        out[i] = 0;
        for (int k = 1; k < CLASSES; k++)
            if (s[k] > s[out[i]])
                out[i] = k;
    }
    runner_close(&r);
}

Test(measure, zeros_shrink_and_noise_does_not)
{
    enum { N = 100000 };
    unsigned char *bytes = mem_calloc(N, 1);
    int64_t size;
    cr_assert_eq(measure_compressed(&size, bytes, N, NULL), 0);
    cr_assert_lt(size, 200);
    struct rng rng;
    rng_init(&rng, 1);
    for (int i = 0; i < N; i++)
        bytes[i] = (unsigned char)rng_u32(&rng);
    cr_assert_eq(measure_compressed(&size, bytes, N, NULL), 0);
    cr_assert_gt(size, N - 100);
    mem_free(bytes);
}

/* Labels made from the plain engine's answers, three of them wrong; batches
 * of 5 leave a last one of 3 that must not count its padding. */
Test(measure, accuracy_counts_every_sample_once)
{
    struct graph *g = load("lenet300.onnx");
    struct dataset *d = make_data(NULL);
    int64_t y[SAMPLES];
    answers(y, g, d);
    dataset_free(d);
    y[0] = (y[0] + 1) % CLASSES;
    y[7] = (y[7] + 1) % CLASSES;
    y[22] = (y[22] + 1) % CLASSES;
    d = make_data(y);
    struct runner r;
    open_runner(&r, g, 5, ENGINE_FAST);
    struct accuracy a;
    struct accuracy_options o = {0};
    struct prune_error e = {0};
    cr_assert_eq(measure_accuracy(&a, NULL, NULL, &r, NULL, dataset_test(d),
                                  &o, &e), 0, "%s", e.text);
    cr_assert_eq(a.samples, SAMPLES);
    cr_assert_float_eq(a.top1, 100.0 * 20 / 23, 1e-9);
    cr_assert(a.has_top5 && a.top5 >= a.top1);
    cr_assert(a.has_loss && a.loss > 0);
    /* Wilson's interval of 20 in 23, worked out by hand. */
    cr_assert_float_eq(a.low, 67.8725, 1e-3);
    cr_assert_float_eq(a.high, 95.4623, 1e-3);
    runner_close(&r);
    dataset_free(d);
    graph_free(g);
}

Test(measure, a_model_agrees_with_itself)
{
    struct graph *g = load("lenet300.onnx");
    struct dataset *d = make_data(NULL);
    struct runner a, b;
    open_runner(&a, g, 4, ENGINE_FAST);
    open_runner(&b, g, 4, ENGINE_PLAIN);
    struct accuracy x, y;
    struct agreement both;
    struct accuracy_options o = {0};
    cr_assert_eq(measure_accuracy(&x, &y, &both, &a, &b, dataset_test(d), &o,
                                  NULL), 0);
    cr_assert(both.has_agreement);
    cr_assert_eq(both.agreement, 1);
    cr_assert(!x.has_top1, "there are no labels");
    runner_close(&a);
    runner_close(&b);
    dataset_free(d);
    graph_free(g);
}

Test(measure, labels_beyond_the_classes_are_refused)
{
    int64_t y[SAMPLES] = {0};
    y[9] = 12;
    struct graph *g = load("lenet300.onnx");
    struct dataset *d = make_data(y);
    struct runner r;
    open_runner(&r, g, 4, ENGINE_FAST);
    struct accuracy a;
    struct accuracy_options o = {0};
    struct prune_error e = {0};
    cr_assert_eq(measure_accuracy(&a, NULL, NULL, &r, NULL, dataset_test(d),
                                  &o, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "label 12"));
    runner_close(&r);
    dataset_free(d);
    graph_free(g);
}

static int stop(void *payload, int64_t done, int64_t total)
{
    (void)done;
    (void)total;
    ++*(int *)payload;
    return 1;
}

Test(measure, times_are_ordered_and_can_be_stopped)
{
    struct graph *g = load("lenet300.onnx");
    struct runner a, b;
    open_runner(&a, g, 1, ENGINE_TIMED);
    open_runner(&b, g, 1, ENGINE_PLAIN);
    runner_fill(&a, 1);
    runner_fill(&b, 1);
    struct runner *both[] = {&a, &b};
    struct latency l[2];
    struct latency_options o = {.threads = 1, .limit_seconds = 1};
    cr_assert_eq(measure_latency(l, both, 2, &o, NULL), 0);
    for (int i = 0; i < 2; i++) {
        cr_assert(l[i].p50 > 0);
        cr_assert(l[i].p50 <= l[i].p90 && l[i].p90 <= l[i].p99);
        cr_assert_eq(l[i].runs, l[0].runs, "runs alternate");
    }
    int told = 0;
    o.tick = stop;
    o.payload = &told;
    cr_assert_eq(measure_latency(l, both, 2, &o, NULL), PRUNE_E_CANCELED);
    cr_assert_eq(told, 1);
    runner_close(&a);
    runner_close(&b);
    graph_free(g);
}

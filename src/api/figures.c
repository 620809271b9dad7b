#include "api/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "measure/size.h"

enum { ACCURACY_BATCH = 50 };

int figures_can_run(const struct subject *s, struct prune_error *err)
{
    const struct graph *g = s->graph;
    int rc = engine_can_run(g, err);
    for (int i = 0; i < g->n_inputs && !rc; i++) {
        const struct value *v = &g->values[g->inputs[i]];
        if (v->dtype != DTYPE_F32)
            rc = err_set(err, PRUNE_E_UNSUPPORTED,
                         "input %s is %s; only float32 inputs can be fed",
                         v->name, dtype_name(v->dtype));
    }
    return rc;
}

static struct runner_options options_of(const struct measuring *m,
                                        enum engine_kind kind, int64_t batch)
{
    return (struct runner_options){
        .engine = {.kind = kind, .threads = m->settings->threads},
        .batch = batch,
        .overrides = m->shapes->items,
        .n_overrides = m->shapes->n,
        .input = m->settings->input,
        .output = m->settings->output,
    };
}

static int open_all(struct runner *r, struct subject *const *subjects, int n,
                    const struct runner_options *o, struct prune_error *err)
{
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = runner_open(&r[i], subjects[i]->graph, o, err);
    return rc;
}

static void close_all(struct runner *r, int n)
{
    for (int i = 0; i < n; i++)
        runner_close(&r[i]);
}

static int tick_accuracy(void *payload, int64_t done, int64_t total)
{
    return progress_tell(payload, "accuracy", done, total, NULL);
}

static int tick_latency(void *payload, int64_t done, int64_t total)
{
    return progress_tell(payload, "latency", done, total, NULL);
}

static int measure_scores(struct figures *out, struct agreement *agreement,
                          struct subject *const *subjects, int n,
                          const struct measuring *m, struct prune_error *err)
{
    struct runner r[2] = {0};
    struct accuracy a[2];
    struct runner_options ro = options_of(m, ENGINE_FAST, ACCURACY_BATCH);
    struct accuracy_options ao = {.tick = tick_accuracy,
                                  .payload = (void *)(uintptr_t)m->progress};
    int rc = open_all(r, subjects, n, &ro, err);
    if (!rc)
        rc = measure_accuracy(&a[0], &a[1], agreement, &r[0],
                              n == 2 ? &r[1] : NULL, dataset_test(m->data),
                              &ao, err);
    for (int i = 0; i < n && !rc; i++) {
        out[i].has_accuracy = 1;
        out[i].accuracy = a[i];
    }
    close_all(r, n);
    return rc;
}

/* One measuring process at a time: others wait here, and can be stopped. */
static int take_lock(int *fd, const struct measuring *m,
                     struct prune_error *err)
{
    *fd = -1;
    if (!m->lock)
        return 0;
    *fd = open(m->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return err_set(err, PRUNE_E_FAILED, "%s: %s", m->lock,
                       strerror(errno));
    while (flock(*fd, LOCK_EX | LOCK_NB)) {
        const struct timespec pause = {.tv_nsec = 50000000};
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_set(err, PRUNE_E_FAILED, "%s: %s", m->lock,
                           strerror(errno));
        int rc = progress_tell(m->progress, "waiting to measure", 0, 0, err);
        if (rc)
            return rc;
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* Real samples where there are any: zeros after a ReLU and subnormal
 * numbers cost what they cost in use. */
static int fill(struct runner *r, const struct measuring *m,
                struct prune_error *err)
{
    runner_fill(r, m->settings->seed);
    if (!m->data || dataset_test(m->data)->n < r->batch)
        return 0;
    return data_read(dataset_test(m->data), 0, r->batch, runner_input(r),
                     NULL, err);
}

static int note_kernels(const char ***out, const struct runner *r,
                        struct arena *arena, struct prune_error *err)
{
    int n = r->graph->n_nodes;
    const char **names = arena_calloc(arena, (size_t)n, sizeof *names);
    if (!names)
        return err_memory(err, "names of kernels");
    for (int i = 0; i < n; i++) {
        names[i] = arena_strdup(arena, engine_kernel(r->engine, i));
        if (!names[i])
            return err_memory(err, "names of kernels");
    }
    *out = names;
    return 0;
}

static int time_runners(struct figures *out, struct runner *r, int n,
                        const struct measuring *m, struct prune_error *err)
{
    struct runner *list[2] = {&r[0], &r[1]};
    struct latency times[2];
    struct latency_options o = {.threads = m->settings->threads,
                                .tick = tick_latency,
                                .payload = (void *)(uintptr_t)m->progress};
    int rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = fill(&r[i], m, err);
    if (!rc)
        rc = measure_latency(times, list, n, &o, err);
    for (int i = 0; i < n && !rc; i++) {
        out[i].has_latency = 1;
        out[i].latency = times[i];
    }
    return rc;
}

/* The lock is held while kernels are chosen, too: that is timing. */
static int measure_times(struct figures *out, struct subject *const *subjects,
                         int n, const struct measuring *m,
                         const char ***kernels, struct arena *arena,
                         struct prune_error *err)
{
    struct runner r[2] = {0};
    int lock;
    struct runner_options o =
        options_of(m, ENGINE_TIMED, m->settings->batch);
    const struct graph *g = subjects[0]->graph;
    /* Noise feeds all inputs alike: none has to be named. */
    if (!m->data && g->n_inputs > 0 && (!o.input || !*o.input))
        o.input = g->values[g->inputs[0]].name;
    int rc = take_lock(&lock, m, err);
    if (!rc)
        rc = open_all(r, subjects, n, &o, err);
    for (int i = 0; i < n && !rc && kernels; i++)
        rc = note_kernels(&kernels[i], &r[i], arena, err);
    if (!rc)
        rc = time_runners(out, r, n, m, err);
    close_all(r, n);
    if (lock >= 0)
        close(lock);
    return rc;
}

int figures_measure(struct figures *out, struct agreement *agreement,
                    struct subject *const *subjects, int n,
                    const struct measuring *m, const char ***kernels,
                    struct arena *arena, struct prune_error *err)
{
    int rc = 0;
    *agreement = (struct agreement){0};
    for (int i = 0; i < n && !rc; i++) {
        out[i] = (struct figures){0};
        rc = subject_compress(subjects[i], err);
    }
    for (int i = 0; i < n && !rc; i++)
        if (figures_can_run(subjects[i], NULL))
            return 0;
    if (!rc && m->data)
        rc = measure_scores(out, agreement, subjects, n, m, err);
    if (!rc)
        rc = measure_times(out, subjects, n, m, kernels, arena, err);
    return rc;
}

static json_t *latency_json(const struct latency *l)
{
    json_t *o = json_object();
    json_put_real(o, "p50_ms", l->p50);
    json_put_real(o, "p90_ms", l->p90);
    json_put_real(o, "p99_ms", l->p99);
    json_put_int(o, "runs", l->runs);
    json_put_int(o, "batch", l->batch);
    json_put_int(o, "threads", l->threads);
    json_put_bool(o, "stable", l->stable);
    json_put_text(o, "engine", "dense");
    return o;
}

static json_t *accuracy_json(const struct accuracy *a)
{
    json_t *o = json_object();
    if (a->has_top1) {
        json_put_real(o, "top1", a->top1);
        json_put(o, "interval95", json_pack("[ff]", a->low, a->high));
    }
    if (a->has_top5)
        json_put_real(o, "top5", a->top5);
    if (a->has_loss)
        json_put_real(o, "loss", a->loss);
    json_put_int(o, "samples", a->samples);
    return o;
}

json_t *figures_json(const struct subject *s, const struct figures *f)
{
    json_t *o = json_object();
    json_put_int(o, "bytes", (int64_t)s->size);
    if (s->compressed >= 0)
        json_put_int(o, "compressed_bytes", s->compressed);
    json_put_int(o, "parameters", s->costs.total.parameters);
    json_put_int(o, "nonzeros", s->costs.total.nonzeros);
    json_put_int(o, "macs", s->costs.total.macs);
    if (f->has_latency) {
        json_put(o, "latency", latency_json(&f->latency));
        /* Sparse kernels do not exist yet, so the same run is both. */
        json_put(o, "latency_dense", latency_json(&f->latency));
    }
    if (f->has_accuracy)
        json_put(o, "accuracy", accuracy_json(&f->accuracy));
    return o;
}

static void put_ratio(json_t *o, const char *key, int64_t a, int64_t b)
{
    if (a > 0)
        json_put_real(o, key, (double)b / (double)a);
}

static json_t *ratio_json(const struct subject *a, const struct figures *fa,
                          const struct subject *b, const struct figures *fb)
{
    json_t *o = json_object();
    const struct node_cost *x = &a->costs.total, *y = &b->costs.total;
    put_ratio(o, "bytes", (int64_t)a->size, (int64_t)b->size);
    put_ratio(o, "compressed_bytes", a->compressed, b->compressed);
    put_ratio(o, "parameters", x->parameters, y->parameters);
    put_ratio(o, "nonzeros", x->nonzeros, y->nonzeros);
    put_ratio(o, "macs", x->macs, y->macs);
    if (fa->has_latency && fb->has_latency)
        json_put_real(o, "latency", fb->latency.p50 / fa->latency.p50);
    return o;
}

json_t *figures_compare(json_t *o, const struct subject *const subjects[2],
                        const struct figures f[2],
                        const struct agreement *agreement)
{
    json_put(o, "original", figures_json(subjects[0], &f[0]));
    json_put(o, "pruned", figures_json(subjects[1], &f[1]));
    json_put(o, "ratio", ratio_json(subjects[0], &f[0], subjects[1], &f[1]));
    if (f[0].accuracy.has_top1 && f[1].accuracy.has_top1)
        json_put_real(o, "accuracy_drop",
                      f[0].accuracy.top1 - f[1].accuracy.top1);
    if (agreement->has_agreement)
        json_put_real(o, "agreement", agreement->agreement);
    if (agreement->has_error)
        json_put_real(o, "output_error", agreement->output_error);
    return o;
}

#include "measure/latency.h"

#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"

enum {
    MAX_RUNNERS = 2,
    WINDOWS = 3,         /* that must agree */
    LEAST_RUNS = 50,     /* unless the limit comes first */
    WINDOW_RUNS = 20,
    MOST_RUNS = 20000,
};

static const double WARM_SECONDS = 0.2, WINDOW_SECONDS = 0.15;
static const double TOLERANCE = 0.05;

struct series {
    struct runner *runner;
    double *ms; /* [MOST_RUNS] */
    int64_t n, window_start;
    double window_p50[WINDOWS];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nearest-rank percentile of sorted times. */
static double percentile(const double *sorted, int64_t n, double share)
{
    int64_t i = (int64_t)((double)n * share);
    return sorted[i < n ? i : n - 1];
}

static int run_once(struct series *s, double *seconds,
                    struct prune_error *err)
{
    double start = now();
    int rc = runner_run(s->runner, err);
    *seconds = now() - start;
    return rc;
}

static int warm_up(struct series *s, int n, struct prune_error *err)
{
    double start = now(), once;
    int rc = 0;
    for (int k = 0; !rc && (k < 3 || now() - start < WARM_SECONDS); k++) {
        if (k >= 1 && now() - start > 2)
            break; /* a model this slow is warm after one run */
        for (int i = 0; i < n && !rc; i++)
            rc = run_once(&s[i], &once, err);
    }
    return rc;
}

static int run_window(struct series *s, int n, struct prune_error *err)
{
    double start = now(), once;
    int rc = 0;
    for (int i = 0; i < n; i++)
        s[i].window_start = s[i].n;
    for (int k = 0; !rc && s[0].n < MOST_RUNS &&
                    (k < WINDOW_RUNS || now() - start < WINDOW_SECONDS);
         k++) {
        if (k && now() - start > 2)
            break;
        for (int i = 0; i < n && !rc; i++) {
            rc = run_once(&s[i], &once, err);
            s[i].ms[s[i].n++] = once * 1e3;
        }
    }
    return rc;
}

/* Sorting a window in place is fine: order within it means nothing. */
static void note_window(struct series *s, int window)
{
    int64_t k = s->n - s->window_start;
    double *ms = s->ms + s->window_start;
    qsort(ms, (size_t)k, sizeof *ms, ascending);
    s->window_p50[window % WINDOWS] = percentile(ms, k, 0.5);
}

static int settled(const struct series *s, int n)
{
    for (int i = 0; i < n; i++) {
        double low = s[i].window_p50[0], high = low;
        for (int w = 1; w < WINDOWS; w++) {
            double p = s[i].window_p50[w];
            low = p < low ? p : low;
            high = p > high ? p : high;
        }
        if (high > low * (1 + TOLERANCE))
            return 0;
    }
    return 1;
}

static int measure_all(struct series *s, int n, double limit, int *stable,
                       const struct latency_options *o,
                       struct prune_error *err)
{
    int rc = warm_up(s, n, err);
    double start = now();
    *stable = 0;
    for (int window = 0; !rc; window++) {
        double spent = now() - start;
        if (spent > limit || s[0].n >= MOST_RUNS)
            break;
        if (o->tick && o->tick(o->payload, (int64_t)(spent * 1e3),
                               (int64_t)(limit * 1e3)))
            return err_set(err, PRUNE_E_CANCELED, "interrupted");
        rc = run_window(s, n, err);
        for (int i = 0; i < n && !rc; i++)
            note_window(&s[i], window);
        *stable = window + 1 >= WINDOWS && settled(s, n);
        if (*stable && s[0].n >= LEAST_RUNS)
            break;
    }
    return rc;
}

static void summarise(struct latency *out, struct series *s, int stable,
                      int threads)
{
    qsort(s->ms, (size_t)s->n, sizeof *s->ms, ascending);
    *out = (struct latency){
        .p50 = percentile(s->ms, s->n, 0.50),
        .p90 = percentile(s->ms, s->n, 0.90),
        .p99 = percentile(s->ms, s->n, 0.99),
        .runs = s->n,
        .batch = s->runner->batch,
        .threads = threads,
        .stable = stable,
    };
}

int measure_latency(struct latency *out, struct runner *const *runners, int n,
                    const struct latency_options *options,
                    struct prune_error *err)
{
    struct series s[MAX_RUNNERS] = {0};
    int rc = 0, stable = 0;
    if (n < 1 || n > MAX_RUNNERS)
        return err_set(err, PRUNE_E_FAILED, "one or two models are timed");
    for (int i = 0; i < n; i++) {
        s[i].runner = runners[i];
        s[i].ms = mem_calloc(MOST_RUNS + 1, sizeof *s[i].ms);
        if (!s[i].ms)
            rc = err_memory(err, "timings");
    }
    double limit = options->limit_seconds > 0 ? options->limit_seconds : 10;
    if (!rc)
        rc = measure_all(s, n, limit, &stable, options, err);
    for (int i = 0; i < n && !rc; i++)
        summarise(&out[i], &s[i], stable, options->threads);
    for (int i = 0; i < n; i++)
        mem_free(s[i].ms);
    return rc;
}

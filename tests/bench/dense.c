/* Times a network under each kind of engine, alternately.
 *
 * usage: dense MODEL [BATCH [THREADS [ROUNDS]]]
 *
 * Prints one line a kind: median and least milliseconds of a run, bytes,
 * and with DENSE_KERNELS set the kernel of every node. Beside ONNX Runtime:
 * tests/bench/dense.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/engine.h"
#include "onnx/onnx.h"
#include "ops/table.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void stop(const struct prune_error *err)
{
    fprintf(stderr, "dense: %s\n", err->text);
    exit(1);
}

static const void **random_inputs(const struct graph *g)
{
    struct rng r;
    rng_init(&r, 1);
    const void **in = mem_calloc((size_t)g->n_inputs, sizeof *in);
    for (int i = 0; in != NULL && i < g->n_inputs; i++) {
        int64_t n = shape_numel(&g->values[g->inputs[i]].shape);
        float *x = mem_aligned((size_t)n, sizeof *x);
        for (int64_t k = 0; x != NULL && k < n; k++)
            x[k] = rng_normal(&r);
        in[i] = x;
    }
    return in;
}

int main(int argc, char **argv)
{
    static const struct {
        enum engine_kind kind;
        const char *name;
    } kinds[] = {{ENGINE_FAST, "fast"}, {ENGINE_TIMED, "timed"}};
    enum { KINDS = sizeof kinds / sizeof *kinds, MAX_ROUNDS = 10000 };
    static double times[KINDS][MAX_ROUNDS];
    struct prune_error err = {0};
    struct graph *g = NULL;
    struct engine *e[KINDS] = {NULL};
    if (argc < 2)
        return 2;
    long batch = argc > 2 ? atol(argv[2]) : 1;
    int threads = argc > 3 ? atoi(argv[3]) : 1;
    int rounds = argc > 4 ? atoi(argv[4]) : 200;
    if (rounds < 1 || rounds > MAX_ROUNDS)
        return 2;
    if (onnx_read(&g, argv[1], ops_find, &err) != 0 ||
        graph_infer(g, batch, NULL, 0, &err) != 0)
        stop(&err);
    const void **in = random_inputs(g);
    for (size_t k = 0; k < KINDS; k++) {
        struct engine_options o = {.kind = kinds[k].kind,
                                   .threads = threads};
        if (engine_open(&e[k], g, &o, &err) != 0)
            stop(&err);
    }
    for (int i = -5; i < rounds; i++)
        for (size_t k = 0; k < KINDS; k++) {
            double start = now();
            if (engine_run(e[k], in, &err) != 0)
                stop(&err);
            if (i >= 0)
                times[k][i] = now() - start;
        }
    for (size_t k = 0; k < KINDS; k++) {
        qsort(times[k], (size_t)rounds, sizeof(double), by_value);
        printf("%-6s p50 %.4f ms  min %.4f ms  %zu bytes\n", kinds[k].name,
               1e3 * times[k][rounds / 2], 1e3 * times[k][0],
               engine_memory(e[k]));
        for (int i = 0; getenv("DENSE_KERNELS") && i < g->n_nodes; i++)
            printf("  %-40s %s\n", g->nodes[i].label,
                   engine_kernel(e[k], i));
        engine_close(e[k]);
    }
    for (int i = 0; i < g->n_inputs; i++)
        mem_free((void *)(uintptr_t)in[i]);
    mem_free(in);
    graph_free(g);
    return 0;
}

/* Runs a network on request, for dense.py.
 *
 * usage: dense KIND MODEL BATCH THREADS OUTPUT INPUT...
 *
 * KIND is fast, timed or plain; INPUT are files of raw elements, one for
 * each input of the network; the elements of its first output are written
 * to OUTPUT. Prints the milliseconds of opening and of the first run, then
 * answers each line `run N` with the milliseconds of N runs, and the end of
 * the input with the kilobytes of memory at its peak beyond those at the
 * start. With DENSE_KERNELS set it lists the kernel of every node. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "onnx/onnx.h"
#include "ops/table.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void stop(const char *what)
{
    fprintf(stderr, "dense: %s\n", what);
    exit(1);
}

/* VmHWM or VmRSS of this process, in kilobytes. */
static long memory(const char *field)
{
    char line[256];
    long kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kilobytes = strtol(line + strlen(field) + 1, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kilobytes;
}

static size_t bytes_of(const struct graph *g, int value)
{
    const struct value *v = &g->values[value];
    int64_t n = shape_numel(&v->shape);
    return n < 0 ? 0 : (size_t)n * dtype_size(v->dtype);
}

static const void **read_inputs(const struct graph *g, char **files)
{
    const void **in = mem_calloc((size_t)g->n_inputs, sizeof *in);
    for (int i = 0; in != NULL && i < g->n_inputs; i++) {
        size_t size = bytes_of(g, g->inputs[i]);
        void *x = mem_aligned(size, 1);
        FILE *f = files[i] != NULL ? fopen(files[i], "rb") : NULL;
        if (f == NULL || x == NULL || fread(x, 1, size, f) != size)
            stop("an input cannot be read");
        fclose(f);
        in[i] = x;
    }
    return in;
}

static void write_output(const struct engine *e, const struct graph *g,
                         const char *path)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(engine_output(e, 0), 1,
                            bytes_of(g, g->outputs[0]), f) == 0)
        stop("the output cannot be written");
    fclose(f);
}

static void answer(struct engine *e, const void *const *in)
{
    char line[64];
    struct prune_error err = {0};
    while (fgets(line, sizeof line, stdin) != NULL) {
        long n = strtol(line + strcspn(line, " "), NULL, 10);
        for (long i = 0; i < n; i++) {
            double start = now();
            if (engine_run(e, in, &err) != 0)
                stop(err.text);
            printf("%.5f ", now() - start);
        }
        printf("\n");
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    struct prune_error err = {0};
    struct graph *g = NULL;
    struct engine *e = NULL;
    if (argc < 6)
        stop("usage: dense KIND MODEL BATCH THREADS OUTPUT INPUT...");
    struct engine_options o = {.kind = ENGINE_FAST,
                               .threads = atoi(argv[4])};
    if (strcmp(argv[1], "timed") == 0)
        o.kind = ENGINE_TIMED;
    if (strcmp(argv[1], "plain") == 0)
        o.kind = ENGINE_PLAIN;
    long before = memory("VmRSS");
    double start = now();
    if (onnx_read(&g, argv[2], ops_find, &err) != 0 ||
        graph_infer(g, atol(argv[3]), NULL, 0, &err) != 0 ||
        engine_open(&e, g, &o, &err) != 0)
        stop(err.text);
    double opened = now();
    const void **in = read_inputs(g, argv + 6);
    double run = now();
    if (in == NULL || engine_run(e, in, &err) != 0)
        stop(err.text);
    printf("%.3f %.3f\n", opened - start, now() - run);
    write_output(e, g, argv[5]);
    for (int i = 0; getenv("DENSE_KERNELS") && i < g->n_nodes; i++)
        fprintf(stderr, "  %-24s %-40s %s\n", g->nodes[i].type,
                g->nodes[i].label, engine_kernel(e, i));
    fflush(stdout);
    answer(e, in);
    printf("%ld\n", memory("VmHWM") - before);
    engine_close(e);
    for (int i = 0; i < g->n_inputs; i++)
        mem_free((void *)(uintptr_t)in[i]);
    mem_free(in);
    graph_free(g);
    return 0;
}

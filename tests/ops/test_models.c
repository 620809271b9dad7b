#include <glob.h>

#include "net.h"
#include "onnx/onnx.h"

/* Every trained or exported network of tests/data: it is understood, runs,
 * and gives what the training framework gave. */

static char *data_path(const char *name)
{
    const char *data = getenv("TEST_DATA");
    return mem_printf("%s/models/%s", data ? data : "tests/data", name);
}

/* The floats of a .npy file; `n` of them are wanted. */
static float *read_npy(const char *path, size_t n)
{
    unsigned char head[10];
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fread(head, 1, 10, f), 10);
    cr_assert_eq(fseek(f, 10 + head[8] + 256 * head[9], SEEK_SET), 0);
    float *x = mem_calloc(n, sizeof *x);
    cr_assert_eq(fread(x, sizeof *x, n, f), n, "%s", path);
    fclose(f);
    return x;
}

static void compare(const char *model, const float *x)
{
    struct prune_error err = {0};
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    struct engine *e = NULL;
    struct graph *g = NULL;
    cr_assert_eq(onnx_read(&g, model, ops_find, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(g, 2, NULL, 0, &err), 0, "%s: %s", model,
                 err.text);
    net_is(g, g->outputs[0], SHAPE(2, 10));
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s: %s", model, err.text);
    cr_assert_eq(engine_run(e, (const void *[]){x}, &err), 0, "%s: %s",
                 model, err.text);
    char *npy = mem_printf("%.*s.y.npy", (int)strlen(model) - 5, model);
    float *y = read_npy(npy, 20), top = 0;
    for (int i = 0; i < 20; i++)
        top = fmaxf(top, fabsf(y[i]));
    for (int i = 0; i < 20; i++)
        cr_assert(fabsf(engine_output(e, 0)[i] - y[i]) <= 1e-4f * top,
                  "%s: output %d is %g, not %g", model, i,
                  (double)engine_output(e, 0)[i], (double)y[i]);
    mem_free(y);
    mem_free(npy);
    engine_close(e);
    graph_free(g);
}

static float *outputs(const struct graph *g, const float *x)
{
    struct engine_options o = {.kind = ENGINE_PLAIN, .threads = 1};
    struct prune_error err = {0};
    struct engine *e = NULL;
    float *y = mem_calloc(20, sizeof *y);
    cr_assert_eq(engine_open(&e, g, &o, &err), 0, "%s", err.text);
    cr_assert_eq(engine_run(e, (const void *[]){x}, &err), 0, "%s", err.text);
    memcpy(y, engine_output(e, 0), 20 * sizeof *y);
    engine_close(e);
    return y;
}

/* Every third unit of every free group goes. */
static unsigned char **choose(const struct coupling *c)
{
    int n = coupling_n_groups(c);
    unsigned char **removed = mem_calloc((size_t)n, sizeof *removed);
    for (int i = 0; i < n; i++) {
        const struct group *k = coupling_group(c, i);
        removed[i] = mem_calloc((size_t)k->n_units, 1);
        for (int u = 0; u < k->n_units && k->refusal < 0; u++)
            removed[i][u] = u % 3 == 1;
    }
    return removed;
}

/* The network cut and the network masked are the same function. */
static void prove(const char *model, const float *x)
{
    struct prune_error err = {0};
    struct graph *g = NULL, *masked = NULL;
    cr_assert_eq(onnx_read(&g, model, ops_find, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(g, 2, NULL, 0, &err), 0, "%s", err.text);
    struct coupling *c = net_couple(g);
    unsigned char **removed = choose(c);
    cr_assert_eq(graph_clone(&masked, g, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(masked, 2, NULL, 0, &err), 0, "%s", err.text);
    cr_assert_eq(cut_mask(masked, c, removed, &err), 0, "%s", err.text);
    cr_assert_eq(cut_apply(g, c, removed, &err), 0, "%s", err.text);
    float *a = outputs(masked, x), *b = outputs(g, x);
    for (int i = 0; i < 20; i++)
        cr_assert(fabsf(a[i] - b[i]) <= 1e-5f * (1 + fabsf(a[i])),
                  "%s: output %d is %g masked, %g cut", model, i,
                  (double)a[i], (double)b[i]);
    mem_free(a);
    mem_free(b);
    for (int i = 0; i < coupling_n_groups(c); i++)
        mem_free(removed[i]);
    mem_free(removed);
    coupling_free(c);
    graph_free(masked);
    graph_free(g);
}

static void each_model(void f(const char *model, const float *x))
{
    char *pattern = data_path("*.onnx"), *path = data_path("x.npy");
    float *x = read_npy(path, 2 * 784);
    glob_t found = {0};
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0);
    cr_assert_gt(found.gl_pathc, 20);
    for (size_t i = 0; i < found.gl_pathc; i++)
        f(found.gl_pathv[i], x);
    globfree(&found);
    mem_free(x);
    mem_free(path);
    mem_free(pattern);
}

Test(models, run_as_trained)
{
    each_model(compare);
}

Test(models, lose_the_same_by_cut_and_by_mask)
{
    each_model(prove);
}

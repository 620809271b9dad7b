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
    cr_assert_eq(engine_run(e, &x, &err), 0, "%s: %s", model, err.text);
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

Test(models, run_as_trained)
{
    char *pattern = data_path("*.onnx"), *path = data_path("x.npy");
    float *x = read_npy(path, 2 * 784);
    glob_t found = {0};
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0);
    cr_assert_gt(found.gl_pathc, 20);
    for (size_t i = 0; i < found.gl_pathc; i++)
        compare(found.gl_pathv[i], x);
    globfree(&found);
    mem_free(x);
    mem_free(path);
    mem_free(pattern);
}

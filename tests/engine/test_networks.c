/* Whole networks against ONNX Runtime's outputs, which stand beside them. */
#include <glob.h>

#include "npy.h"
#include "onnx/onnx.h"
#include "ops/table.h"
#include "programs.h"

enum { IMAGE = 28 * 28, CLASSES = 10 };

static const char *data_folder(void)
{
    const char *folder = getenv("TEST_DATA");
    return folder != NULL ? folder : "tests/data";
}

static struct graph *read_network(const char *path, int64_t batch)
{
    struct prune_error err = {0};
    struct graph *g = NULL;
    cr_assert_eq(onnx_read(&g, path, ops_find, &err), 0, "%s", err.text);
    cr_assert_eq(graph_infer(g, batch, NULL, 0, &err), 0, "%s: %s", path,
                 err.text);
    return g;
}

static struct engine *open_graph(const struct graph *g, enum engine_kind kind,
                                 const char *path)
{
    struct prune_error err = {0};
    struct engine *e = NULL;
    cr_assert_eq(engine_open(&e, g, OPTIONS(kind), &err), 0, "%s: %s", path,
                 err.text);
    return e;
}

/* The two images over and over, `batch` of them. */
static float *repeat_images(const float *two, int64_t batch)
{
    float *x = mem_calloc((size_t)(batch * IMAGE), sizeof *x);
    cr_assert_not_null(x);
    for (int64_t i = 0; i < batch; i++)
        memcpy(x + i * IMAGE, two + i % 2 * IMAGE, IMAGE * sizeof *x);
    return x;
}

static void check_network(const char *path, enum engine_kind kind,
                          int64_t batch)
{
    char expected[512], images[512];
    int64_t n_x = 0, n_y = 0;
    snprintf(images, sizeof images, "%s/models/x.npy", data_folder());
    snprintf(expected, sizeof expected, "%.*s.y.npy",
             (int)strlen(path) - 5, path);
    float *two = read_npy(images, &n_x);
    float *want = read_npy(expected, &n_y);
    cr_assert(n_x == 2 * IMAGE && n_y == 2 * CLASSES);
    float *x = repeat_images(two, batch);
    float *rows = mem_calloc((size_t)(batch * CLASSES), sizeof *rows);
    cr_assert_not_null(rows);
    for (int64_t i = 0; i < batch; i++)
        memcpy(rows + i * CLASSES, want + i % 2 * CLASSES,
               CLASSES * sizeof *rows);

    struct graph *g = read_network(path, batch);
    struct engine *e = open_graph(g, kind, path);
    const float *inputs[] = {x};
    engine_poison(e);
    run_engine(e, inputs);
    double d = difference(engine_output(e, 0), rows, batch * CLASSES);
    cr_expect(d <= 1e-4, "%s batch %d kind %d differs by %g", path,
              (int)batch, (int)kind, d);
    engine_close(e);
    graph_free(g);
    mem_free(x);
    mem_free(rows);
    mem_free(two);
    mem_free(want);
}

static void check_all(enum engine_kind kind, int64_t batch)
{
    char pattern[512];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/models/*.onnx", data_folder());
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0);
    cr_assert_geq(found.gl_pathc, 11U);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_network(found.gl_pathv[i], kind, batch);
    globfree(&found);
}

Test(networks, plain_c_gives_what_onnx_runtime_gives, .timeout = 300)
{
    check_all(ENGINE_PLAIN, 2);
}

Test(networks, fast_single_images, .timeout = 300)
{
    check_all(ENGINE_FAST, 1);
}

Test(networks, fast_batches, .timeout = 300)
{
    check_all(ENGINE_FAST, 32);
}

Test(networks, timed_single_images, .timeout = 300)
{
    check_all(ENGINE_TIMED, 1);
}

/* Timing tries every kernel on the batch, so a smaller one will do. */
Test(networks, timed_batches, .timeout = 300)
{
    check_all(ENGINE_TIMED, 3);
}

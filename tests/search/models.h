#ifndef TESTS_SEARCH_MODELS_H
#define TESTS_SEARCH_MODELS_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/data.h"
#include "data/npz.h"
#include "graph/costs.h"
#include "onnx/onnx.h"
#include "ops/table.h"
#include "prune/technique.h"

/* Networks of tests/data/models, settings and data sets. All assert. */

static inline struct graph *model(const char *name)
{
    const char *folder = getenv("TEST_DATA");
    char path[512];
    struct graph *g = NULL;
    struct prune_error e = {0};
    snprintf(path, sizeof path, "%s/models/%s.onnx",
             folder ? folder : "tests/data", name);
    cr_assert_eq(onnx_read(&g, path, ops_find, &e), 0, "%s", e.text);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, &e), 0, "%s", e.text);
    return g;
}

/* "technique=neuron sparsity=0.5 …", checked. */
static inline struct settings asked(const char *text, int have_data)
{
    struct settings s;
    struct prune_error e = {0};
    char copy[512], *rest = copy;
    settings_init(&s);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w; (w = strsep(&rest, " "));) {
        char *value = strchr(w, '=');
        cr_assert_not_null(value);
        *value = 0;
        cr_assert_eq(settings_set(&s, w, value + 1, &e), 0, "%s", e.text);
    }
    cr_assert_eq(settings_check(&s, have_data, &e), 0, "%s", e.text);
    return s;
}

/* A data set of n noisy samples that fits g's input, labels in turn. */
static inline struct dataset *noise(const struct graph *g, int64_t n,
                                    int64_t classes)
{
    char path[] = "/tmp/prune-noise-XXXXXX";
    const char *names[] = {"x_train", "y_train", "x_test", "y_test"};
    struct tensor *t[4];
    struct shape x = g->values[g->inputs[0]].shape, y = {1, {n}};
    struct data_settings none = {0};
    struct dataset *d = NULL;
    struct prune_error e = {0};
    struct rng r;
    rng_init(&r, 5);
    x.dims[0] = n;
    for (int i = 0; i < 4; i++)
        cr_assert_eq(tensor_new(&t[i], i % 2 ? DTYPE_I64 : DTYPE_F32,
                                i % 2 ? &y : &x, &e), 0);
    for (int64_t k = 0; k < tensor_numel(t[0]); k++)
        tensor_f32(t[0])[k] = tensor_f32(t[2])[k] = rng_normal(&r);
    for (int64_t k = 0; k < n; k++)
        ((int64_t *)t[1]->data)[k] = ((int64_t *)t[3]->data)[k] = k % classes;
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert_eq(npz_write(path, names, t, 4, &e), 0, "%s", e.text);
    for (int i = 0; i < 4; i++)
        tensor_unref(t[i]);
    cr_assert_eq(dataset_open(&d, path, &none, &e), 0, "%s", e.text);
    cr_assert_eq(dataset_fit(d, &g->values[g->inputs[0]].shape, "x", &e), 0,
                 "%s", e.text);
    unlink(path);
    return d;
}

/* Whether both graphs hold the same constants, to the bit. */
static inline int same_weights(const struct graph *a, const struct graph *b)
{
    if (a->n_values != b->n_values || a->n_nodes != b->n_nodes)
        return 0;
    for (int v = 0; v < a->n_values; v++) {
        const struct tensor *x = a->values[v].constant;
        const struct tensor *y = b->values[v].constant;
        if (!x != !y || (x && (x->size != y->size ||
                               memcmp(x->data, y->data, x->size) != 0)))
            return 0;
    }
    return 1;
}

#endif

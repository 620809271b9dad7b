#ifndef TESTS_OPS_HOST_H
#define TESTS_OPS_HOST_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/host.h"
#include "ops/table.h"

/* One node's `host` called on tensors written down in the test:
 *
 *     struct host_test t = host_begin("TopK", "", 13, 2, 2);
 *     host_int(&t, "axis", 1);
 *     host_f32(&t, 0, "2x3", (float[]){1, 2, 3, 4, 5, 6});
 *     host_i64(&t, 1, "1", (int64_t[]){2});
 *     host_call(&t);
 *     host_gives_f32(&t, 0, "2x2", (float[]){3, 2, 6, 5});
 *     host_end(&t);
 */

enum { HOST_TEST_MAX = 12 };

struct host_test {
    struct graph *g;
    struct datum *in[HOST_TEST_MAX], *out[HOST_TEST_MAX];
    struct prune_error err;
};

static inline struct host_test host_begin(const char *type,
                                          const char *domain, int64_t opset,
                                          int n_in, int n_out)
{
    struct host_test t = {0};
    int node, v;
    cr_assert_eq(graph_new(&t.g, NULL), 0);
    t.g->opset = opset;
    cr_assert_eq(graph_add_node(t.g, type, domain, "node", n_in, n_out, 0,
                                &node, NULL), 0);
    for (int i = 0; i < n_in + n_out; i++) {
        char name[8] = {(char)('a' + i)};
        cr_assert_eq(graph_add_value(t.g, name, &v, NULL), 0);
        if (i < n_in)
            t.g->nodes[0].inputs[i] = v;
        else
            t.g->nodes[0].outputs[i - n_in] = v;
    }
    t.g->nodes[0].op = ops_find(domain, type, opset);
    cr_assert_not_null(t.g->nodes[0].op, "%s has no row", type);
    cr_assert_not_null(t.g->nodes[0].op->host, "%s has no host", type);
    return t;
}

static inline struct attr *host_attr(struct host_test *t, const char *name,
                                     enum attr_type type)
{
    struct node *n = &t->g->nodes[0];
    struct attr *more = arena_calloc(&t->g->arena, (size_t)n->n_attrs + 1,
                                     sizeof *more);
    if (n->n_attrs)
        memcpy(more, n->attrs, (size_t)n->n_attrs * sizeof *more);
    n->attrs = more;
    more[n->n_attrs] = (struct attr){.name = name, .type = type};
    return &more[n->n_attrs++];
}

static inline void host_int(struct host_test *t, const char *name, int64_t i)
{
    host_attr(t, name, ATTR_INT)->i = i;
}

static inline void host_float(struct host_test *t, const char *name, float f)
{
    host_attr(t, name, ATTR_FLOAT)->f = f;
}

static inline void host_text(struct host_test *t, const char *name,
                             const char *s)
{
    struct attr *a = host_attr(t, name, ATTR_STRING);
    a->s = s;
    a->n = (int64_t)strlen(s);
}

/* The list must live until host_end. */
static inline void host_ints(struct host_test *t, const char *name,
                             const int64_t *ints, int64_t n)
{
    struct attr *a = host_attr(t, name, ATTR_INTS);
    a->ints = ints;
    a->n = n;
}

static inline void host_floats(struct host_test *t, const char *name,
                               const float *floats, int64_t n)
{
    struct attr *a = host_attr(t, name, ATTR_FLOATS);
    a->floats = floats;
    a->n = n;
}

/* "2x3"; "" is a scalar. */
static inline struct shape host_shape(const char *text)
{
    struct shape s = {.rank = 0};
    for (const char *p = text; *p;) {
        char *end;
        s.dims[s.rank++] = strtoll(p, &end, 10);
        p = *end ? end + 1 : end;
    }
    return s;
}

static inline struct tensor *host_tensor(enum dtype dtype, const char *shape,
                                         const void *data)
{
    struct tensor *t = NULL;
    struct shape s = host_shape(shape);
    cr_assert_eq(tensor_new(&t, dtype, &s, NULL), 0);
    if (t->size)
        memcpy(t->data, data, t->size);
    return t;
}

static inline void host_give(struct host_test *t, int i, enum dtype dtype,
                             const char *shape, const void *data)
{
    datum_unref(t->in[i]);
    cr_assert_eq(datum_tensor(&t->in[i], host_tensor(dtype, shape, data),
                              NULL), 0);
}

static inline void host_f32(struct host_test *t, int i, const char *shape,
                            const float *data)
{
    host_give(t, i, DTYPE_F32, shape, data);
}

static inline void host_i64(struct host_test *t, int i, const char *shape,
                            const int64_t *data)
{
    host_give(t, i, DTYPE_I64, shape, data);
}

static inline int host_try(struct host_test *t)
{
    struct host_call c = {.graph = t->g, .node = &t->g->nodes[0],
                          .in = t->in, .out = t->out};
    return host_run(&c, &t->err);
}

/* Runs it, with each allocation on the way failing once before. */
static inline void host_call(struct host_test *t)
{
    int code = PRUNE_E_MEMORY;
    for (int i = 0; code == PRUNE_E_MEMORY; i++) {
        cr_assert_lt(i, 1000);
        mem_fail_after(i);
        code = host_try(t);
        mem_fail_after(-1);
    }
    cr_assert_eq(code, 0, "%s", t->err.text);
}

static inline const void *host_gives(struct host_test *t, int i,
                                     enum dtype dtype, const char *shape)
{
    char text[96];
    struct shape s = host_shape(shape);
    cr_assert_not_null(t->out[i]);
    cr_assert_eq(t->out[i]->kind, DATUM_TENSOR);
    const struct tensor *y = t->out[i]->tensor;
    cr_assert_eq(y->dtype, dtype, "type %s", dtype_name(y->dtype));
    cr_assert(shape_equal(&y->shape, &s), "shape %s",
              shape_text(&y->shape, text));
    return y->data;
}

static inline void host_gives_f32(struct host_test *t, int i,
                                  const char *shape, const float *want)
{
    const float *y = host_gives(t, i, DTYPE_F32, shape);
    int64_t n = tensor_numel(t->out[i]->tensor);
    for (int64_t k = 0; k < n; k++)
        cr_assert(fabsf(y[k] - want[k]) <= 1e-5F + 1e-5F * fabsf(want[k]),
                  "element %d is %g, not %g", (int)k, (double)y[k],
                  (double)want[k]);
}

/* Integers and booleans: exactly these bytes. */
static inline void host_gives_data(struct host_test *t, int i,
                                   enum dtype dtype, const char *shape,
                                   const void *want)
{
    const void *y = host_gives(t, i, dtype, shape);
    size_t size = t->out[i]->tensor->size;
    cr_assert(size == 0 || memcmp(y, want, size) == 0, "other elements");
}

static inline void host_gives_i64(struct host_test *t, int i,
                                  const char *shape, const int64_t *want)
{
    host_gives_data(t, i, DTYPE_I64, shape, want);
}

static inline void host_end(struct host_test *t)
{
    for (int i = 0; i < HOST_TEST_MAX; i++) {
        datum_unref(t->in[i]);
        datum_unref(t->out[i]);
    }
    graph_free(t->g);
}

#endif

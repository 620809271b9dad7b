#include "ops/places.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/elementwise.h"
#include "ops/infer.h"

enum how { PUT, ADD, MUL, MAX, MIN };

static int find_how(enum how *out, const struct host_call *c,
                    struct prune_error *err)
{
    static const char *const names[] = {"none", "add", "mul", "max", "min"};
    const char *name = node_text(c->node, "reduction", "none");

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (enum how)i;
            return 0;
        }
    return host_refuse(c, err, "reduction \"%.40s\" is not known", name);
}

static double join_reals(enum how how, double a, double b)
{
    switch (how) {
    case ADD: return a + b;
    case MUL: return a * b;
    case MAX: return b > a || isnan(b) ? b : a;
    case MIN: return b < a || isnan(b) ? b : a;
    default: return b;
    }
}

static int64_t join_wholes(enum how how, int64_t a, int64_t b, enum dtype t)
{
    switch (how) {
    case ADD: return (int64_t)((uint64_t)a + (uint64_t)b);
    case MUL: return (int64_t)((uint64_t)a * (uint64_t)b);
    case MAX: return ops_less(a, b, t) ? b : a;
    case MIN: return ops_less(b, a, t) ? b : a;
    default: return b;
    }
}

/* Element `to` of out takes in element `from` of the updates. */
static void join(struct tensor *out, int64_t to, const struct tensor *updates,
                 int64_t from, enum how how)
{
    int64_t wholes[2];
    double reals[2];

    if (dtype_is_float(out->dtype)) {
        convert_to_f64(&reals[0], out, to, 1);
        convert_to_f64(&reals[1], updates, from, 1);
        reals[0] = join_reals(how, reals[0], reals[1]);
        convert_from_f64(out, to, 1, reals);
    } else {
        convert_to_i64(&wholes[0], out, to, 1);
        convert_to_i64(&wholes[1], updates, from, 1);
        wholes[0] = join_wholes(how, wholes[0], wholes[1], out->dtype);
        convert_from_i64(out, to, 1, wholes);
    }
}

static void scatter(struct tensor *out, const struct places *p,
                    const struct tensor *updates, enum how how)
{
    size_t size = (size_t)p->block * dtype_size(out->dtype);

    for (int64_t i = 0; i < p->n; i++) {
        if (how == PUT && size)
            memcpy((unsigned char *)out->data + (size_t)p->at[i] * size,
                   (const unsigned char *)updates->data + (size_t)i * size,
                   size);
        for (int64_t k = 0; how != PUT && k < p->block; k++)
            join(out, p->at[i] * p->block + k, updates, i * p->block + k,
                 how);
    }
}

int ops_host_scatter(struct host_call *c, const struct places *p,
                     struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct tensor *updates = host_need(c, 2, err);
    struct tensor *out;
    enum how how = PUT;
    int e = x && updates ? find_how(&how, c, err) : PRUNE_E_INPUT;

    if (e)
        return e;
    if (updates->dtype != x->dtype)
        return host_bad(c, err, "it puts %s into %s",
                        dtype_name(updates->dtype), dtype_name(x->dtype));
    if (how != PUT && !convert_can(x->dtype))
        return host_refuse(c, err, "it cannot be computed of %s",
                           dtype_name(x->dtype));
    if (tensor_numel(updates) != ops_times(p->n, p->block))
        return host_bad(c, err, "%lld elements for %lld places",
                        (long long)tensor_numel(updates),
                        (long long)ops_times(p->n, p->block));
    if ((e = host_out(c, 0, x->dtype, &x->shape, &out, err)))
        return e;
    if (out->size)
        memcpy(out->data, x->data, out->size);
    scatter(out, p, updates, how);
    return 0;
}

int ops_host_scatter_elements(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err), *at = host_need(c, 1, err);
    const struct tensor *updates = host_need(c, 2, err);
    struct places p;
    int axis, e;

    if (!x || !at || !updates)
        return PRUNE_E_INPUT;
    if (!shape_equal(&at->shape, &updates->shape))
        return host_bad(c, err, "its updates and their indices differ in "
                        "shape");
    e = ops_axis_of(c->node, x->shape.rank, node_int(c->node, "axis", 0),
                    &axis, err);
    if (!e)
        e = ops_element_places(&p, c, &x->shape, at, axis, err);
    if (e)
        return e;
    e = ops_host_scatter(c, &p, err);
    mem_free(p.at);
    return e;
}

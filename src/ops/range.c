#include <math.h>

#include "graph/convert.h"
#include "graph/host.h"
#include "ops/infer.h"
#include "ops/ties.h"

/* start, start + delta, … before limit. */
enum { START, LIMIT, DELTA };

/* How many there are; a delta of 0 or towards the wrong side gives none. */
static int count(const struct node *n, const struct tensor *const *in,
                 int64_t *out, struct prune_error *err)
{
    double v[3], many;

    for (int i = 0; i < 3; i++) {
        if (!in[i] || tensor_numel(in[i]) != 1 || !convert_can(in[i]->dtype) ||
            in[i]->dtype != in[0]->dtype)
            return ops_bad(n, err, "its input %d is no number of the first "
                           "one's type", i);
        convert_to_f64(&v[i], in[i], 0, 1);
    }
    many = ceil((v[LIMIT] - v[START]) / v[DELTA]);
    if (isnan(many) || v[DELTA] == 0 || many > 0x1p40)
        return ops_bad(n, err, "from %g to %g by %g has no end", v[START],
                       v[LIMIT], v[DELTA]);
    *out = many > 0 ? (int64_t)many : 0;
    return 0;
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct tensor *in[3];
    struct shape shape = {.rank = 1};

    node_out(g, n, 0)->dtype = node_in(g, n, 0)->dtype;
    for (int i = 0; i < 3; i++)
        if (!(in[i] = value_constant(g, n->inputs[i])))
            return err_set(err, PRUNE_E_UNSUPPORTED,
                           "its length depends on the data");
    int e = count(n, in, &shape.dims[0], err);
    return e ? e : ops_out(g, n, 0, &shape, in[0]->dtype, err);
}

static void fill_real(struct tensor *y, const struct tensor *const *in)
{
    double start, delta;

    convert_to_f64(&start, in[START], 0, 1);
    convert_to_f64(&delta, in[DELTA], 0, 1);
    for (int64_t i = 0; i < y->shape.dims[0]; i++) {
        double v = start + (double)i * delta;
        convert_from_f64(y, i, 1, &v);
    }
}

static void fill_whole(struct tensor *y, const struct tensor *const *in)
{
    uint64_t v = (uint64_t)tensor_int(in[START], 0);
    uint64_t delta = (uint64_t)tensor_int(in[DELTA], 0);

    for (int64_t i = 0; i < y->shape.dims[0]; i++, v += delta)
        convert_from_i64(y, i, 1, &(int64_t){(int64_t)v});
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *in[3] = {host_in(c, 0), host_in(c, 1),
                                  host_in(c, 2)};
    struct shape shape = {.rank = 1};
    struct tensor *y;
    int e = count(c->node, in, &shape.dims[0], err);

    if (!e)
        e = host_out(c, 0, in[0]->dtype, &shape, &y, err);
    if (e)
        return e;
    if (dtype_is_float(y->dtype))
        fill_real(y, in);
    else
        fill_whole(y, in);
    return 0;
}

const struct op op_range = {
    .name = "Range",
    .domain = "",
    .since = 11,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .couple = ops_couple_plain,
    .host = host,
};

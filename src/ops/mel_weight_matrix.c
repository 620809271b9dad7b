#include <math.h>

#include "graph/convert.h"
#include "ops/sequences.h"

/* [dft_length / 2 + 1, bins]: each column a triangle over the frequencies
 * of its bin, whose corners lie evenly on the mel scale. */

struct mel {
    int64_t n_bins, length, rate, n_rows;
    double low, high;
};

static int edge(struct host_call *c, int i, double *out,
                struct prune_error *err)
{
    const struct tensor *t = host_need(c, i, err);

    if (!t)
        return PRUNE_E_INPUT;
    if (tensor_numel(t) != 1 || !convert_can(t->dtype))
        return host_bad(c, err, "input %d is not one number", i);
    convert_to_f64(out, t, 0, 1);
    *out = 2595.0 * log10(1.0 + *out / 700.0);
    return 0;
}

/* The row that the i-th corner falls on. */
static int64_t corner(const struct mel *m, int64_t i)
{
    double step = (m->high - m->low) / (double)(m->n_bins + 2);
    double hertz =
        700.0 * (pow(10.0, ((double)i * step + m->low) / 2595.0) - 1.0);
    double row = floor((double)(m->length + 1) * hertz / (double)m->rate);

    return row >= 0.0 && row < (double)m->n_rows ? (int64_t)row : -1;
}

static void set(struct tensor *y, const struct mel *m, int64_t row,
                int64_t bin, double x)
{
    convert_from_f64(y, row * m->n_bins + bin, 1, &x);
}

static int fill(struct host_call *c, const struct mel *m, struct tensor *y,
                struct prune_error *err)
{
    for (int64_t i = 0; i < m->n_bins; i++) {
        int64_t a = corner(m, i), b = corner(m, i + 1), z = corner(m, i + 2);
        if (a < 0 || b < a || z < b)
            return host_bad(c, err, "its edges lie outside the spectrum");
        if (a == b)
            set(y, m, b, i, 1.0);
        for (int64_t k = a; a < b && k <= b; k++)
            set(y, m, k, i, (double)(k - a) / (double)(b - a));
        for (int64_t k = b; k < z; k++)
            set(y, m, k, i, (double)(z - k) / (double)(z - b));
    }
    return 0;
}

static int host(struct host_call *c, struct prune_error *err)
{
    enum dtype dtype =
        (enum dtype)node_int(c->node, "output_datatype", DTYPE_F32);
    struct shape shape = {.rank = 2};
    struct tensor *y = NULL;
    struct mel m = {0};
    int e;

    (void)((e = ops_host_int(c, 0, 0, &m.n_bins, err)) ||
           (e = ops_host_int(c, 1, 0, &m.length, err)) ||
           (e = ops_host_int(c, 2, 0, &m.rate, err)) ||
           (e = edge(c, 3, &m.low, err)) || (e = edge(c, 4, &m.high, err)));
    if (e)
        return e;
    if (m.n_bins < 1 || m.n_bins > INT32_MAX || m.length < 1 ||
        m.length > INT32_MAX || m.rate < 1 || !convert_can(dtype))
        return host_bad(c, err, "its sizes make no matrix");
    m.n_rows = shape.dims[0] = m.length / 2 + 1;
    shape.dims[1] = m.n_bins;
    e = tensor_new(&y, dtype, &shape, err); /* zeroed */
    if (!e)
        e = fill(c, &m, y, err);
    if (e) {
        tensor_unref(y);
        return e;
    }
    return host_set_tensor(c, 0, y, err);
}

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    (void)err;
    node_out(g, n, 0)->dtype =
        (enum dtype)node_int(n, "output_datatype", DTYPE_F32);
    return 0;
}

const struct op op_mel_weight_matrix = {
    .name = "MelWeightMatrix",
    .domain = "",
    .since = 17,
    .min_inputs = 5,
    .max_inputs = 5,
    .infer = infer,
    .host = host,
};

#include "ops/taper.h"

#include <math.h>

#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/ints.h"
#include "ops/sequences.h"

static enum dtype made(const struct node *n)
{
    return (enum dtype)node_int(n, "output_datatype", DTYPE_F32);
}

int ops_infer_taper(struct graph *g, struct node *n, struct prune_error *err)
{
    struct ints size;

    node_out(g, n, 0)->dtype = made(n);
    if (!ops_in_ints(g, n, 0, &size) || size.n != 1)
        return 0;
    return ops_out(g, n, 0,
                   &(struct shape){.rank = 1, .dims = {size.at[0]}}, made(n),
                   err);
}

int ops_host_taper(struct host_call *c, const double a[static 3],
                   struct prune_error *err)
{
    struct shape shape = {.rank = 1};
    struct tensor *y;
    int64_t whole;
    int e = ops_host_int(c, 0, 0, &shape.dims[0], err);

    if (e)
        return e;
    if (shape.dims[0] < 0 || !convert_can(made(c->node)))
        return host_bad(c, err, "a window of %lld",
                        (long long)shape.dims[0]);
    e = host_out(c, 0, made(c->node), &shape, &y, err);
    if (e)
        return e;
    whole = shape.dims[0] - !node_int(c->node, "periodic", 1);
    for (int64_t i = 0; i < shape.dims[0]; i++) {
        double x = whole > 0 ? 2.0 * M_PI * (double)i / (double)whole : 0.0;
        double v = a[0] - a[1] * cos(x) + a[2] * cos(2.0 * x);
        convert_from_f64(y, i, 1, whole > 0 ? &v : &(double){1.0});
    }
    return 0;
}

#include <math.h>
#include <string.h>

#include "ops/elementwise.h"
#include "ops/infer.h"
#include "ops/lowering.h"
#include "ops/ties.h"

/* x times the normal distribution's share below x: by erf, or by the tanh
 * that comes near to it (D. Hendrycks and K. Gimpel, "Gaussian Error Linear
 * Units", 2016). */
static int is_tanh(const struct node *n)
{
    return !strcmp(node_text(n, "approximate", "none"), "tanh");
}

static int lower(struct lowering *l, const struct graph *g,
                 const struct node *n, struct prune_error *err)
{
    (void)g;
    return ops_lower_eltwise(l, n, is_tanh(n) ? ELT_GELU_TANH : ELT_GELU, 0,
                             0, err);
}

static double by_erf(double x, const double *p)
{
    (void)p;
    return 0.5 * x * (1 + erf(x * 0.70710678118654752));
}

static double by_tanh(double x, const double *p)
{
    (void)p;
    return 0.5 * x *
           (1 + tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
}

static int host(struct host_call *c, struct prune_error *err)
{
    ops_real_f *f = is_tanh(c->node) ? by_tanh : by_erf;

    return ops_host_map(c, &(struct ops_map){f, NULL, 0}, NULL, err);
}

const struct op op_gelu = {
    .name = "Gelu",
    .domain = "",
    .since = 20,
    .min_inputs = 1,
    .max_inputs = 1,
    .traits = OP_ACTIVATION,
    .infer = ops_infer_same,
    .couple = ops_couple_pass,
    .lower = lower,
    .host = host,
};

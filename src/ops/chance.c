#include "ops/chance.h"

#include <string.h>

#include "graph/convert.h"
#include "ops/infer.h"

void chance_seed(struct rng *r, const struct node *n)
{
    const struct attr *a = node_attr(n, "seed");
    uint64_t seed = 0;

    if (a)
        memcpy(&seed, &a->f, sizeof a->f);
    else
        for (const char *c = n->label ? n->label : ""; *c; c++)
            seed = seed * 31 + (unsigned char)*c;
    rng_init(r, seed);
}

double chance_uniform(struct rng *r, const double *p)
{
    return p[0] + (p[1] - p[0]) * (double)rng_uniform(r);
}

double chance_normal(struct rng *r, const double *p)
{
    return p[0] + p[1] * (double)rng_normal(r);
}

int chance_shape(struct shape *out, const struct node *n,
                 const struct shape *like, struct prune_error *err)
{
    struct shape s = {.rank = 0};

    if (like) {
        *out = *like;
        return 0;
    }
    int64_t rank = node_ints(n, "shape", s.dims, MAX_RANK);
    if (rank > MAX_RANK)
        return ops_bad(n, err, "its shape has %lld axes", (long long)rank);
    s.rank = (int)rank;
    *out = s;
    return 0;
}

static enum dtype type_of(const struct node *n, enum dtype like)
{
    enum dtype other = convert_can(like) ? like : DTYPE_F32;

    return (enum dtype)node_int(n, "dtype", other);
}

int chance_infer(struct graph *g, struct node *n, int like,
                 struct prune_error *err)
{
    const struct value *x = like ? node_in(g, n, 0) : NULL;
    struct shape shape;
    int e = chance_shape(&shape, n, x ? &x->shape : NULL, err);

    return e ? e
             : ops_out(g, n, 0, &shape, type_of(n, x ? x->dtype : DTYPE_F32),
                       err);
}

int chance_host(struct host_call *c, int like, chance_f *f, const double *p,
                struct prune_error *err)
{
    const struct tensor *x = like ? host_need(c, 0, err) : NULL;
    struct shape shape;
    struct tensor *y;
    struct rng r;

    if (like && !x)
        return PRUNE_E_INPUT;
    enum dtype to = type_of(c->node, x ? x->dtype : DTYPE_F32);
    int e = chance_shape(&shape, c->node, x ? &x->shape : NULL, err);
    if (!e && !convert_can(to))
        e = host_refuse(c, err, "numbers of %s", dtype_name(to));
    if (!e)
        e = host_out(c, 0, to, &shape, &y, err);
    chance_seed(&r, c->node);
    for (int64_t i = 0; !e && i < shape_numel(&shape); i++) {
        double v = f(&r, p);
        convert_from_f64(y, i, 1, &v);
    }
    return e;
}

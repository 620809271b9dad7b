#include "prune/norms.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

void norm_keys(uint32_t *out, const float *w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &w[i], sizeof bits);
        bits &= 0x7fffffff;
        out[i] = bits < 0x00800000 ? 0 : bits;
    }
}

static double power_of(float w, int power)
{
    double a = fabs((double)w);
    return power == 1 ? a : a * a;
}

int criterion_unit_sums(double *out, const struct unit_view *v,
                        const struct member *m, int power)
{
    const struct tensor *t = v->graph->values[m->value].constant;
    if (!t || t->dtype != DTYPE_F32 || m->axis >= t->shape.rank)
        return 0;
    /* t is [outer, size, inner], the member's axis in the middle. */
    const int64_t outer = shape_span(&t->shape, 0, m->axis);
    const int64_t size = t->shape.dims[m->axis];
    const int64_t inner = shape_span(&t->shape, m->axis + 1, t->shape.rank);
    const float *w = tensor_f32(t);
    for (int64_t i = 0; i < size; i++) {
        int group;
        int u = coupling_unit(v->coupling, m->value, m->axis, i, &group);
        if (u < 0 || group != v->group)
            continue;
        double sum = 0;
        for (int64_t o = 0; o < outer; o++)
            for (int64_t k = 0; k < inner; k++)
                sum += power_of(w[(o * size + i) * inner + k], power);
        out[u] += sum;
    }
    return 1;
}

void norm_normalise(double *out, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += out[i];
    for (int i = 0; i < n && sum > 0; i++)
        out[i] *= n / sum;
}

int norm_units(double *out, const struct unit_view *v, int power,
               struct prune_error *err)
{
    (void)err;
    const struct group *g = coupling_group(v->coupling, v->group);
    memset(out, 0, (size_t)g->n_units * sizeof *out);
    for (int i = 0; i < g->n_members; i++)
        if (g->members[i].role == ROLE_OUT || g->members[i].role == ROLE_IN)
            criterion_unit_sums(out, v, &g->members[i], power);
    norm_normalise(out, g->n_units);
    return 0;
}

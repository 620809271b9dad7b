/* Chance, from the seed: the control that every criterion has to beat. */
#include "base/rng.h"
#include "prune/criterion.h"

#include <string.h>

/* Zeros stay the smallest, so that a target counts them once. */
static void keys(uint32_t *out, const float *w, int64_t n, uint64_t salt)
{
    struct rng r;
    rng_init(&r, salt);
    for (int64_t i = 0; i < n; i++) {
        uint32_t x = rng_u32(&r) >> 9;
        out[i] = w[i] == 0 ? 0 : x + 1;
    }
}

/* Keys have 24 bits: a float holds each of them exactly. */
static void scores(float *out, const uint32_t *sorted, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)sorted[i];
}

static int units(double *out, const struct unit_view *v,
                 struct prune_error *err)
{
    (void)err;
    struct rng r;
    rng_init(&r, v->seed * UINT64_C(0x9e3779b97f4a7c15) +
                     (uint64_t)v->group + 1);
    int n = coupling_group(v->coupling, v->group)->n_units;
    for (int i = 0; i < n; i++)
        out[i] = (double)rng_u32(&r) / 4294967296.0;
    return 0;
}

const struct criterion criterion_random = {
    .name = "random",
    .title = "Random",
    .summary = "chance, from the seed: a control",
    .keys = keys,
    .scores = scores,
    .units = units,
};

#include "engine/own.h"

#include "engine/own_levels.h"

static const struct own_set *best(void)
{
#if OWN_HAS_LEVELS
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd"))
        return &own_v4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        return &own_v3;
#endif
    return &own_base;
}

const struct own_kernel *own_find(const struct prim *p,
                                  const struct slot *slots)
{
    const struct own_set *set = best();
    for (int i = 0; i < set->n_kernels; i++) {
        const struct own_kernel *k = &set->kernels[i];
        if (k->kind == p->kind &&
            (k->takes == NULL || k->takes(p, slots)))
            return k;
    }
    return NULL;
}

own_map_f *own_map(void)
{
    return best()->map;
}

int own_maps(const struct prim_eltwise *e)
{
    float x = 0.0F;
    return best()->map(e, &x, &x, 0);
}

own_affine_f *own_affine(void)
{
    return best()->affine;
}

const char *own_level(void)
{
    return best()->level;
}

#include "base/rng.h"

#include <math.h>

void rng_init(struct rng *r, uint64_t seed)
{
    *r = (struct rng){.state = seed + 1442695040888963407u};
    rng_u32(r);
}

uint32_t rng_u32(struct rng *r)
{
    uint64_t old = r->state;
    r->state = old * 6364136223846793005u + 1442695040888963407u;
    uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return (x >> turn) | (x << ((32 - turn) & 31));
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
    uint32_t least = (uint32_t)(0u - n) % n;
    for (;;) {
        uint32_t x = rng_u32(r);
        if (x >= least)
            return x % n;
    }
}

float rng_uniform(struct rng *r)
{
    return (float)(rng_u32(r) >> 8) * 0x1p-24f;
}

float rng_normal(struct rng *r)
{
    if (r->has_spare) {
        r->has_spare = 0;
        return r->spare;
    }
    float u, v, s;
    do {
        u = 2 * rng_uniform(r) - 1;
        v = 2 * rng_uniform(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s <= 0);
    float f = sqrtf(-2 * logf(s) / s);
    r->spare = v * f;
    r->has_spare = 1;
    return u * f;
}

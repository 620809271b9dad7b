#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* The same numbers from the same seed on every machine. The generator is
 * PCG-XSH-RR 64/32 (M. E. O'Neill, "PCG: A Family of Simple Fast
 * Space-Efficient Statistically Good Algorithms", 2014). */
struct rng {
    uint64_t state;
    float spare;
    int has_spare;
};

void rng_init(struct rng *r, uint64_t seed);
uint32_t rng_u32(struct rng *r);
/* Uniform in 0 … n-1, without bias; n > 0. */
uint32_t rng_below(struct rng *r, uint32_t n);
/* Uniform in [0, 1). */
float rng_uniform(struct rng *r);
/* Standard normal (Marsaglia's polar method). */
float rng_normal(struct rng *r);

#endif

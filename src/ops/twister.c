#include "ops/twister.h"

enum { SHIFT = 397 };

void twister_init(struct twister *t, uint32_t seed)
{
    t->words[0] = seed;
    for (uint32_t i = 1; i < TWISTER_WORDS; i++) {
        uint32_t last = t->words[i - 1];
        t->words[i] = 1812433253u * (last ^ (last >> 30)) + i;
    }
    t->at = TWISTER_WORDS;
}

static void turn(struct twister *t)
{
    for (int i = 0; i < TWISTER_WORDS; i++) {
        uint32_t next = t->words[(i + 1) % TWISTER_WORDS];
        uint32_t y = (t->words[i] & 0x80000000u) | (next & 0x7fffffffu);
        t->words[i] = t->words[(i + SHIFT) % TWISTER_WORDS] ^ (y >> 1) ^
                      (y & 1u ? 0x9908b0dfu : 0u);
    }
    t->at = 0;
}

static uint32_t draw(struct twister *t)
{
    if (t->at == TWISTER_WORDS)
        turn(t);
    uint32_t y = t->words[t->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

double twister_uniform(struct twister *t)
{
    uint32_t high = draw(t) >> 5, low = draw(t) >> 6;

    return (high * 0x1p26 + low) * 0x1p-53;
}

#ifndef OPS_TWISTER_H
#define OPS_TWISTER_H

#include <stdint.h>

/* The generator of numpy's RandomState, by which ONNX's reference draws what
 * a seed is given for: MT19937 (M. Matsumoto and T. Nishimura, "Mersenne
 * Twister", 1998). Whatever need not agree with it uses base/rng.h. */

enum { TWISTER_WORDS = 624 };

struct twister {
    uint32_t words[TWISTER_WORDS];
    int at; /* the next word to give */
};

void twister_init(struct twister *t, uint32_t seed);
/* Uniform in [0, 1), of 53 bits. */
double twister_uniform(struct twister *t);

#endif

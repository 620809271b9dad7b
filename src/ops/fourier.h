#ifndef OPS_FOURIER_H
#define OPS_FOURIER_H

#include <complex.h>

#include "graph/host.h"

/* The discrete Fourier transform of n complex numbers: halved as long as n
 * is even, by its definition below that (J. W. Cooley and J. W. Tukey, "An
 * Algorithm for the Machine Calculation of Complex Fourier Series", 1965). */
struct fourier {
    int64_t n;
    int inverse;
    double complex *w, *in, *out; /* [n] each, one piece of memory */
};

int fourier_open(struct fourier *f, int64_t n, int inverse,
                 struct prune_error *err);
void fourier_close(struct fourier *f);
/* f->in to f->out; the inverse is divided by n. */
void fourier_run(const struct fourier *f);

#endif

#include "ops/fourier.h"

#include <math.h>

#include "base/alloc.h"

int fourier_open(struct fourier *f, int64_t n, int inverse,
                 struct prune_error *err)
{
    double turn = inverse ? 2.0 * M_PI : -2.0 * M_PI;

    *f = (struct fourier){.n = n, .inverse = inverse};
    f->w = mem_calloc((size_t)n, 3 * sizeof *f->w);
    if (!f->w)
        return err_memory(err, "a Fourier transform");
    f->in = f->w + n;
    f->out = f->in + n;
    for (int64_t i = 0; i < n; i++) {
        double angle = turn * (double)i / (double)n;
        f->w[i] = CMPLX(cos(angle), sin(angle));
    }
    return 0;
}

void fourier_close(struct fourier *f)
{
    mem_free(f->w);
}

/* y [n] of x [n], `step` apart; w holds the n roots, `step` apart too. */
static void transform(double complex *y, const double complex *x, int64_t n,
                      int64_t step, const double complex *w)
{
    int64_t half = n / 2;

    if (n % 2) {
        for (int64_t k = 0; k < n; k++) {
            y[k] = 0.0;
            for (int64_t j = 0, at = 0; j < n; j++, at = (at + k) % n)
                y[k] += x[j * step] * w[at * step];
        }
        return;
    }
    transform(y, x, half, 2 * step, w);
    transform(y + half, x + step, half, 2 * step, w);
    for (int64_t k = 0; k < half; k++) {
        double complex even = y[k], odd = y[k + half] * w[k * step];
        y[k] = even + odd;
        y[k + half] = even - odd;
    }
}

void fourier_run(const struct fourier *f)
{
    if (f->n < 1)
        return;
    transform(f->out, f->in, f->n, 1, f->w);
    for (int64_t i = 0; f->inverse && i < f->n; i++)
        f->out[i] /= (double)f->n;
}

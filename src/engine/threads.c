#include "engine/threads.h"

#include <omp.h>

#if defined(__SSE__)
#include <xmmintrin.h>
/* Results flushed to zero (bit 15), operands taken as zero (bit 6). */
enum { FLUSH = 0x8040 };

static unsigned fp_get(void)
{
    return _mm_getcsr();
}

static void fp_set(unsigned state)
{
    _mm_setcsr(state);
}
#else
/* Elsewhere subnormal numbers are computed, only slower. */
enum { FLUSH = 0 };

static unsigned fp_get(void)
{
    return 0;
}

static void fp_set(unsigned state)
{
    (void)state;
}
#endif

/* Adds the bits to the control word of each thread of the team, or takes
 * them away. The team keeps its threads between parallel regions, so that
 * kernels called in between run in the same ones. */
static void team_flush(int on)
{
#pragma omp parallel
    {
        unsigned state = fp_get() & ~(unsigned)FLUSH;
        fp_set(on ? state | FLUSH : state);
    }
}

void threads_begin(struct threads *out, int count)
{
    out->count = count;
    out->saved_count = omp_get_max_threads();
    out->saved_fp = fp_get();
    omp_set_num_threads(count);
    if (count > 1)
        team_flush(1);
    fp_set(out->saved_fp | FLUSH);
}

void threads_end(const struct threads *t)
{
    if (t->count > 1)
        team_flush(0);
    fp_set(t->saved_fp);
    omp_set_num_threads(t->saved_count);
}

/* Products of matrices; part of own_kernels.h.
 *
 * b lies in panels: PANEL columns wide (the last one as many vectors as are
 * left), one after the other, each [k, width]. */

enum { VECTORS = OWN_WIDTH == 16 ? 4 : 2, PANEL = VECTORS * OWN_WIDTH };

/* Columns filled up to whole vectors. */
INLINE int64_t filled(int64_t n)
{
    return (n + W - 1) / W * W;
}

/* c [rows, vectors * W] (+)= a [rows, k] b [k, vectors * W]; rows and
 * vectors are constants. */
INLINE void tile(int rows, int vectors, int add, int64_t k, const float *a,
                 int64_t a_row, int64_t a_step, const float *b, float *c,
                 int64_t c_row)
{
    vf acc[12][4];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++)
            acc[i][j] = add ? load(c + i * c_row + j * W) : (vf){0};
    for (int64_t s = 0; s < k; s++) {
        vf line[4];
        UNROLL for (int j = 0; j < vectors; j++)
            line[j] = load(b + (s * vectors + j) * W);
        UNROLL for (int i = 0; i < rows; i++) {
            vf factor = splat(a[i * a_row + s * a_step]);
            UNROLL for (int j = 0; j < vectors; j++)
                acc[i][j] += factor * line[j];
        }
    }
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++)
            store(c + i * c_row + j * W, acc[i][j]);
}

/* All rows of one panel, in steps of `most`, 4, 2, 1. */
#define ROWS(n)                                                               \
    for (; i + (n) <= m; i += (n))                                            \
    tile((n), vectors, add, k, a + i * a_row, a_row, a_step, b,               \
         c + i * c_row, c_row)

INLINE void panel(int most, int vectors, int add, int64_t m, int64_t k,
                  const float *a, int64_t a_row, int64_t a_step,
                  const float *b, float *c, int64_t c_row)
{
    int64_t i = 0;
    if (most == 12)
        ROWS(12);
    if (most == 8)
        ROWS(8);
    if (most >= 6)
        ROWS(6);
    ROWS(4);
    ROWS(2);
    ROWS(1);
}

/* c [m, n] (+)= a [m, k] b [k, n], n whole vectors */
INLINE void gemm_as(int add, int64_t m, int64_t n, int64_t k, const float *a,
                    int64_t a_row, int64_t a_step, const float *b, float *c,
                    int64_t c_row)
{
    for (int64_t j = 0; j < n; j += PANEL, b += PANEL * k) {
        int vectors = (int)((n - j < PANEL ? n - j : PANEL) / W);
        if (VECTORS == 4 && vectors == 4)
            panel(6, 4, add, m, k, a, a_row, a_step, b, c + j, c_row);
        else if (VECTORS == 4 && vectors == 3)
            panel(8, 3, add, m, k, a, a_row, a_step, b, c + j, c_row);
        else if (vectors == 2)
            panel(VECTORS == 4 ? 12 : 6, 2, add, m, k, a, a_row, a_step, b,
                  c + j, c_row);
        else
            panel(12, 1, add, m, k, a, a_row, a_step, b, c + j, c_row);
    }
}

static void gemm(int64_t m, int64_t n, int64_t k, const float *a,
                 int64_t a_row, int64_t a_step, const float *b, float *c,
                 int64_t c_row)
{
    gemm_as(0, m, n, k, a, a_row, a_step, b, c, c_row);
}

static void gemm_add(int64_t m, int64_t n, int64_t k, const float *a,
                     int64_t a_row, const float *b, float *c, int64_t c_row)
{
    gemm_as(1, m, n, k, a, a_row, 1, b, c, c_row);
}

/* Packs b[s * k_step + j * n_step] into panels, zeros behind column n. */
static void pack(float *out, const float *b, int64_t k, int64_t n,
                 int64_t k_step, int64_t n_step)
{
    int64_t all = filled(n);
    for (int64_t from = 0; from < all; from += PANEL) {
        int64_t width = all - from < PANEL ? all - from : PANEL;
        int64_t there = n - from < width ? n - from : width;
        for (int64_t s = 0; s < k; s++, out += width) {
            const float *line = b + s * k_step + from * n_step;
            if (n_step == 1)
                memcpy(out, line, (size_t)there * sizeof *out);
            else
                for (int64_t j = 0; j < there; j++)
                    out[j] = line[j * n_step];
            for (int64_t j = there; j < width; j++)
                out[j] = 0.0F;
        }
    }
}

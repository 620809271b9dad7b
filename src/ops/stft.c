#include "graph/convert.h"
#include "ops/fourier.h"
#include "ops/normal.h"
#include "ops/sequences.h"

/* signal [batch, length, 1 or 2], window [n]; y [batch, frames, n or, of
 * one side, n / 2 + 1, 2]: the Fourier transforms of frames, each of n
 * samples times the window, that begin frame_step apart. */

struct stft {
    const struct tensor *x, *window;
    struct tensor *y;
    int64_t n, step, n_frames, n_out;
};

static int prepare(struct host_call *c, struct stft *s,
                   struct prune_error *err)
{
    const struct shape *x = &s->x->shape;
    struct shape out = {.rank = 4};
    int e;

    s->window = host_in(c, 2);
    if (x->rank != 3 || x->dims[2] < 1 || x->dims[2] > 2)
        return host_bad(c, err, "its signal is not [batch, length, 1 or 2]");
    s->n = s->window ? tensor_numel(s->window) : 0;
    (void)((e = ops_host_int(c, 1, 0, &s->step, err)) ||
           (e = ops_host_int(c, 3, s->n, &s->n, err)));
    if (e)
        return e;
    if (s->step < 1 || s->n < 1 || s->n > x->dims[1] ||
        (s->window && (tensor_numel(s->window) != s->n ||
                       !convert_can(s->window->dtype))))
        return host_bad(c, err, "its frames do not fit its signal");
    s->n_frames = (x->dims[1] - s->n) / s->step + 1;
    s->n_out = node_int(c->node, "onesided", 1) ? s->n / 2 + 1 : s->n;
    out.dims[0] = x->dims[0];
    out.dims[1] = s->n_frames;
    out.dims[2] = s->n_out;
    out.dims[3] = 2;
    return host_out(c, 0, s->x->dtype, &out, &s->y, err);
}

static void run_frame(const struct stft *s, const struct fourier *f,
                      int64_t b, int64_t frame)
{
    int64_t parts = s->x->shape.dims[2];
    int64_t from = b * s->x->shape.dims[1] + frame * s->step;

    for (int64_t i = 0; i < s->n; i++) {
        double at[2] = {0.0, 0.0}, w = 1.0;
        convert_to_f64(at, s->x, (from + i) * parts, parts);
        if (s->window)
            convert_to_f64(&w, s->window, i, 1);
        f->in[i] = CMPLX(at[0] * w, at[1] * w);
    }
    fourier_run(f);
    for (int64_t i = 0; i < s->n_out; i++) {
        double at[2] = {creal(f->out[i]), cimag(f->out[i])};
        convert_from_f64(s->y,
                         ((b * s->n_frames + frame) * s->n_out + i) * 2, 2,
                         at);
    }
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct stft s = {.x = host_need(c, 0, err)};
    struct fourier f;
    int e = s.x ? ops_need_float(c, s.x, err) : PRUNE_E_INPUT;

    if (!e)
        e = prepare(c, &s, err);
    if (!e)
        e = fourier_open(&f, s.n, 0, err);
    if (e)
        return e;
    for (int64_t b = 0; b < s.x->shape.dims[0]; b++)
        for (int64_t i = 0; i < s.n_frames; i++)
            run_frame(&s, &f, b, i);
    fourier_close(&f);
    return 0;
}

const struct op op_stft = {
    .name = "STFT",
    .domain = "",
    .since = 17,
    .min_inputs = 2,
    .max_inputs = 4,
    .host = host,
};

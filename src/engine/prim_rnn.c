#include <math.h>

#include "engine/prim.h"

static int64_t numel(const struct prim *p, const struct slot *slots, int i)
{
    return i < p->n_in && p->in[i] >= 0 ? shape_numel(&slots[p->in[i]].shape)
                                        : -1;
}

static int fits(int64_t have, int64_t want)
{
    return have < 0 || have == want;
}

static const char *check(const struct prim *p, const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    const struct shape *o = &slots[p->out].shape;
    int64_t h = p->rnn.hidden, gates = prim_rnn_gates(p->rnn.cell);
    if (x->rank != 3 || o->rank != 3 || h < 1)
        return "the input or the output has not three axes";
    if (o->dims[0] != x->dims[0] + 1 || o->dims[1] != x->dims[1] ||
        o->dims[2] != h)
        return "the output does not fit the input";
    if (numel(p, slots, 1) != gates * h * x->dims[2] ||
        numel(p, slots, 2) != gates * h * h ||
        !fits(numel(p, slots, 3), 2 * gates * h))
        return "the weights do not fit the input and the hidden size";
    if (!fits(numel(p, slots, 4), x->dims[1] * h) ||
        !fits(numel(p, slots, 5), x->dims[1] * h))
        return "the first state does not fit";
    return NULL;
}

/* What one sequence is computed from; w [gates h, i], r [gates h, h]. */
struct cell {
    const struct prim_rnn *rnn;
    const float *w, *r, *wb, *rb;
    int64_t inputs;
};

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* w x + b for one gate and place */
static double input_part(const struct cell *c, const float *x, int gate,
                         int64_t j)
{
    int64_t at = gate * c->rnn->hidden + j;
    double sum = c->wb != NULL ? (double)c->wb[at] : 0.0;
    for (int64_t i = 0; i < c->inputs; i++)
        sum += (double)c->w[at * c->inputs + i] * (double)x[i];
    return sum;
}

/* r h + b; h NULL: zeros */
static double state_part(const struct cell *c, const float *h, int gate,
                         int64_t j)
{
    int64_t n = c->rnn->hidden, at = gate * n + j;
    double sum = c->rb != NULL ? (double)c->rb[at] : 0.0;
    for (int64_t i = 0; h != NULL && i < n; i++)
        sum += (double)c->r[at * n + i] * (double)h[i];
    return sum;
}

static double gate_of(const struct cell *c, const float *x, const float *h,
                      int gate, int64_t j)
{
    return input_part(c, x, gate, j) + state_part(c, h, gate, j);
}

/* Gates: input, output, forget, cell. state [h] changes. */
static void lstm(const struct cell *c, const float *x, const float *h,
                 float *state, float *out)
{
    for (int64_t j = 0; j < c->rnn->hidden; j++) {
        double i = sigmoid(gate_of(c, x, h, 0, j));
        double o = sigmoid(gate_of(c, x, h, 1, j));
        double f = sigmoid(gate_of(c, x, h, 2, j));
        double g = tanh(gate_of(c, x, h, 3, j));
        double s = f * (double)state[j] + i * g;
        state[j] = (float)s;
        out[j] = (float)(o * tanh(s));
    }
}

/* Gates: update, reset, hidden. room [h] takes the state after its reset. */
static void gru(const struct cell *c, const float *x, const float *h,
                float *room, float *out)
{
    int64_t size = c->rnn->hidden;
    for (int64_t j = 0; j < size; j++) {
        double r = sigmoid(gate_of(c, x, h, 1, j));
        if (c->rnn->linear_before_reset)
            room[j] = (float)(r * state_part(c, h, 2, j));
        else
            room[j] = h != NULL ? (float)(r * (double)h[j]) : 0.0F;
    }
    for (int64_t j = 0; j < size; j++) {
        double z = sigmoid(gate_of(c, x, h, 0, j));
        double n = c->rnn->linear_before_reset ? (double)room[j]
                                               : state_part(c, room, 2, j);
        n = tanh(n + input_part(c, x, 2, j));
        out[j] = (float)((1.0 - z) * n +
                         z * (h != NULL ? (double)h[j] : 0.0));
    }
}

static void simple(const struct cell *c, const float *x, const float *h,
                   float *out)
{
    for (int64_t j = 0; j < c->rnn->hidden; j++) {
        double v = gate_of(c, x, h, 0, j);
        out[j] = (float)(c->rnn->cell == RNN_TANH ? tanh(v)
                                                  : (v > 0.0 ? v : 0.0));
    }
}

/* x [T, N, I]; out [T + 1, N, H]: every sequence on its own, with the last
 * row for the state of its cells. */
static void run(const struct prim *p, const struct slot *slots,
                const float *const *in, float *out)
{
    const struct shape *s = &slots[p->in[0]].shape;
    int64_t steps = s->dims[0], batch = s->dims[1], h = p->rnn.hidden;
    const float *b = p->n_in > 3 ? in[3] : NULL;
    const float *first = p->n_in > 4 ? in[4] : NULL;
    const float *cells = p->n_in > 5 ? in[5] : NULL;
    struct cell c = {
        &p->rnn, in[1], in[2], b,
        b != NULL ? b + prim_rnn_gates(p->rnn.cell) * h : NULL, s->dims[2]};
    for (int64_t n = 0; n < batch; n++) {
        float *state = out + (steps * batch + n) * h;
        const float *before = first != NULL ? first + n * h : NULL;
        for (int64_t j = 0; j < h; j++)
            state[j] = cells != NULL ? cells[n * h + j] : 0.0F;
        for (int64_t k = 0; k < steps; k++) {
            int64_t t = p->rnn.reverse ? steps - 1 - k : k;
            const float *x = in[0] + (t * batch + n) * s->dims[2];
            float *y = out + (t * batch + n) * h;
            if (p->rnn.cell == RNN_LSTM)
                lstm(&c, x, before, state, y);
            else if (p->rnn.cell == RNN_GRU)
                gru(&c, x, before, state, y);
            else
                simple(&c, x, before, y);
            before = y;
        }
    }
}

const struct prim_kind prim_rnn = {
    .name = "rnn",
    .min_in = 3,
    .max_in = 6,
    .check = check,
    .run = run,
};

/* Recurrent layers; part of own_kernels.h.
 *
 * The part of all gates that comes from the input is one product over all
 * steps; what comes from the state follows step by step. Sequences do not
 * meet, so every thread has some of them, from the first step to the last.
 * Rows of gates and states are filled up to whole vectors: `room` numbers
 * for each gate. */

struct rnn_sizes {
    int64_t steps, batch, inputs, hidden, gates, room;
};

static struct rnn_sizes rnn_sizes(const struct prim *p,
                                  const struct slot *slots)
{
    const struct shape *x = &slots[p->in[0]].shape;
    return (struct rnn_sizes){
        .steps = x->dims[0],
        .batch = x->dims[1],
        .inputs = x->dims[2],
        .hidden = p->rnn.hidden,
        .gates = prim_rnn_gates(p->rnn.cell),
        .room = filled(p->rnn.hidden),
    };
}

/* Packed: for each gate w, for each gate r, biases (of both) for each gate,
 * and that of r alone of the last gate. */
static int64_t rnn_packed(const struct prim *p, const struct slot *slots,
                          int threads)
{
    struct rnn_sizes s = rnn_sizes(p, slots);
    (void)threads;
    return s.gates * s.room * (s.inputs + s.hidden) + (s.gates + 1) * s.room;
}

static int rnn_takes(const struct prim *p, const struct slot *slots)
{
    return slots[p->in[1]].constant != NULL &&
           slots[p->in[2]].constant != NULL &&
           (p->n_in < 4 || p->in[3] < 0 ||
            slots[p->in[3]].constant != NULL);
}

/* The bias of the hidden gate that is reset together with its product is
 * kept apart. */
static void rnn_pack_bias(const struct prim *p, const struct rnn_sizes *s,
                          const float *b, float *out)
{
    int apart = p->rnn.cell == RNN_GRU && p->rnn.linear_before_reset;
    for (int64_t i = 0; i < (s->gates + 1) * s->room; i++)
        out[i] = 0.0F;
    for (int64_t g = 0; b != NULL && g < s->gates; g++)
        for (int64_t j = 0; j < s->hidden; j++) {
            float w = b[g * s->hidden + j];
            float r = b[(s->gates + g) * s->hidden + j];
            int last = apart && g == s->gates - 1;
            out[g * s->room + j] = last ? w : w + r;
            if (last)
                out[s->gates * s->room + j] = r;
        }
}

static void rnn_pack(const struct prim *p, const struct slot *slots,
                     float *packed)
{
    struct rnn_sizes s = rnn_sizes(p, slots);
    const float *w = tensor_f32(slots[p->in[1]].constant);
    const float *r = tensor_f32(slots[p->in[2]].constant);
    int has_bias = p->n_in > 3 && p->in[3] >= 0;
    for (int64_t g = 0; g < s.gates; g++, packed += s.room * s.inputs)
        pack(packed, w + g * s.hidden * s.inputs, s.inputs, s.hidden, 1,
             s.inputs);
    for (int64_t g = 0; g < s.gates; g++, packed += s.room * s.hidden)
        pack(packed, r + g * s.hidden * s.hidden, s.hidden, s.hidden, 1,
             s.hidden);
    rnn_pack_bias(p, &s,
                  has_bias ? tensor_f32(slots[p->in[3]].constant) : NULL,
                  packed);
}

/* Scratch: the gates of all steps; for each sequence the state of its cells
 * and a row for the reset gate's product. */
static int64_t rnn_scratch(const struct prim *p, const struct slot *slots,
                           int threads)
{
    struct rnn_sizes s = rnn_sizes(p, slots);
    (void)threads;
    return (s.steps * s.gates + 2) * s.batch * s.room;
}

/* One row of vectors: places i … i + n of a state that is not filled up. */
INLINE vf state_load(const float *p, int64_t n)
{
    return n >= W ? load(p) : load_part(p, n);
}

INLINE void state_store(float *p, vf v, int64_t n)
{
    if (n >= W)
        store(p, v);
    else
        store_part(p, v, n);
}

/* z [4 room]: gates before their functions; cell [room]; y [h] */
static void lstm_row(const struct rnn_sizes *s, const float *z,
                     const float *bias, float *cell, float *y)
{
    int64_t room = s->room;
    for (int64_t j = 0; j < room; j += W) {
        vf i = v_sigmoid(load(z + j) + load(bias + j));
        vf o = v_sigmoid(load(z + room + j) + load(bias + room + j));
        vf f = v_sigmoid(load(z + 2 * room + j) + load(bias + 2 * room + j));
        vf g = v_tanh(load(z + 3 * room + j) + load(bias + 3 * room + j));
        vf c = f * load(cell + j) + i * g;
        store(cell + j, c);
        state_store(y + j, o * v_tanh(c), s->hidden - j);
    }
}

/* z [3 room]; u [room]: r h of the hidden gate; before [h] or NULL */
static void gru_row(const struct rnn_sizes *s, const float *z,
                    const float *bias, const float *u, const float *before,
                    float *y)
{
    int64_t room = s->room;
    for (int64_t j = 0; j < room; j += W) {
        vf h = before != NULL ? state_load(before + j, s->hidden - j)
                              : (vf){0};
        vf update = v_sigmoid(load(z + j) + load(bias + j));
        vf reset = v_sigmoid(load(z + room + j) + load(bias + room + j));
        vf n = load(z + 2 * room + j) + load(bias + 2 * room + j);
        n = v_tanh(n + reset * (load(u + j) + load(bias + 3 * room + j)));
        state_store(y + j, n + update * (h - n), s->hidden - j);
    }
}

/* The state after its reset, when the product comes behind it. */
static void reset_row(const struct rnn_sizes *s, const float *z,
                      const float *bias, const float *before, float *out)
{
    int64_t room = s->room;
    for (int64_t j = 0; j < room; j += W) {
        vf h = before != NULL ? state_load(before + j, s->hidden - j)
                              : (vf){0};
        store(out + j,
              h * v_sigmoid(load(z + room + j) + load(bias + room + j)));
    }
}

static void gru_last_row(const struct rnn_sizes *s, const float *z,
                         const float *bias, const float *before, float *y)
{
    int64_t room = s->room;
    for (int64_t j = 0; j < room; j += W) {
        vf h = before != NULL ? state_load(before + j, s->hidden - j)
                              : (vf){0};
        vf update = v_sigmoid(load(z + j) + load(bias + j));
        vf n = v_tanh(load(z + 2 * room + j) + load(bias + 2 * room + j));
        state_store(y + j, n + update * (h - n), s->hidden - j);
    }
}

static void simple_row(const struct rnn_sizes *s, int is_tanh,
                       const float *z, const float *bias, float *y)
{
    for (int64_t j = 0; j < s->room; j += W) {
        vf v = load(z + j) + load(bias + j);
        v = is_tanh ? v_tanh(v) : larger(v, (vf){0});
        state_store(y + j, v, s->hidden - j);
    }
}

/* What a thread works on: sequences from … to, at one step. */
struct rnn_step {
    const struct rnn_sizes *s;
    const float *r, *bias; /* packed */
    float *z;              /* [batch, gates room] of the step */
    const float *before;   /* [batch, h] or NULL */
    float *cell, *u;       /* [batch, room] */
    float *y;              /* [batch, h] */
    int64_t from, to;
};

/* z of the first `gates` gates += r h */
static void add_state(const struct rnn_step *t, int64_t gates)
{
    const struct rnn_sizes *s = t->s;
    int64_t row = s->gates * s->room, n = t->to - t->from;
    for (int64_t g = 0; t->before != NULL && g < gates; g++)
        gemm_add(n, s->room, s->hidden, t->before + t->from * s->hidden,
                 s->hidden, t->r + g * s->room * s->hidden,
                 t->z + t->from * row + g * s->room, row);
}

static void lstm_step(const struct rnn_step *t)
{
    const struct rnn_sizes *s = t->s;
    add_state(t, 4);
    for (int64_t n = t->from; n < t->to; n++)
        lstm_row(s, t->z + n * 4 * s->room, t->bias, t->cell + n * s->room,
                 t->y + n * s->hidden);
}

static void simple_step(const struct rnn_step *t, int is_tanh)
{
    const struct rnn_sizes *s = t->s;
    add_state(t, 1);
    for (int64_t n = t->from; n < t->to; n++)
        simple_row(s, is_tanh, t->z + n * s->room, t->bias,
                   t->y + n * s->hidden);
}

static const float *row_before(const struct rnn_step *t, int64_t n)
{
    return t->before != NULL ? t->before + n * t->s->hidden : NULL;
}

static void gru_step(const struct rnn_step *t, int linear)
{
    const struct rnn_sizes *s = t->s;
    int64_t rows = t->to - t->from, row = 3 * s->room;
    const float *r = t->r + 2 * s->room * s->hidden;
    float *u = t->u + t->from * s->room;
    add_state(t, 2);
    if (linear) {
        if (t->before != NULL)
            gemm(rows, s->room, s->hidden,
                 t->before + t->from * s->hidden, s->hidden, 1, r, u,
                 s->room);
        else
            memset(u, 0, (size_t)(rows * s->room) * sizeof *u);
        for (int64_t n = t->from; n < t->to; n++)
            gru_row(s, t->z + n * row, t->bias, t->u + n * s->room,
                    row_before(t, n), t->y + n * s->hidden);
        return;
    }
    for (int64_t n = t->from; n < t->to; n++)
        reset_row(s, t->z + n * row, t->bias, row_before(t, n),
                  t->u + n * s->room);
    gemm_add(rows, s->room, s->hidden, u, s->room, r,
             t->z + t->from * row + 2 * s->room, row);
    for (int64_t n = t->from; n < t->to; n++)
        gru_last_row(s, t->z + n * row, t->bias, row_before(t, n),
                     t->y + n * s->hidden);
}

/* z [steps batch, gates room] = x w, a piece of the rows at a time */
static void rnn_inputs(const struct own_call *c, const struct rnn_sizes *s,
                       float *z)
{
    enum { PIECE = 48 };
    int64_t rows = s->steps * s->batch, row = s->gates * s->room;
    int64_t pieces = (rows + PIECE - 1) / PIECE;
#pragma omp parallel for num_threads(c->threads)                              \
    if (rows * row * s->inputs > 1000000)
    for (int64_t k = 0; k < pieces; k++) {
        int64_t from = k * PIECE;
        int64_t m = rows - from < PIECE ? rows - from : PIECE;
        for (int64_t g = 0; g < s->gates; g++)
            gemm(m, s->room, s->inputs, c->in[0] + from * s->inputs,
                 s->inputs, 1, c->packed + g * s->room * s->inputs,
                 z + from * row + g * s->room, row);
    }
}

static void first_cells(const struct own_call *c, struct rnn_step *t)
{
    const struct rnn_sizes *s = t->s;
    const float *first = c->prim->n_in > 5 ? c->in[5] : NULL;
    for (int64_t n = t->from; n < t->to; n++) {
        float *cell = t->cell + n * s->room;
        memset(cell, 0, (size_t)s->room * sizeof *cell);
        if (first != NULL)
            memcpy(cell, first + n * s->hidden,
                   (size_t)s->hidden * sizeof *cell);
    }
}

/* All steps of some sequences. */
static void rnn_sequences(const struct own_call *c,
                          const struct rnn_sizes *s, int64_t from,
                          int64_t to)
{
    const struct prim_rnn *p = &c->prim->rnn;
    int64_t row = s->gates * s->room, all = s->batch * s->hidden;
    const float *r = c->packed + s->gates * s->room * s->inputs;
    float *cell = c->scratch + s->steps * s->batch * row;
    struct rnn_step t = {
        .s = s, .r = r, .bias = r + s->gates * s->room * s->hidden,
        .before = c->prim->n_in > 4 ? c->in[4] : NULL, .cell = cell,
        .u = cell + s->batch * s->room, .from = from, .to = to};
    first_cells(c, &t);
    for (int64_t k = 0; k < s->steps; k++) {
        int64_t at = p->reverse ? s->steps - 1 - k : k;
        t.z = c->scratch + at * s->batch * row;
        t.y = c->out + at * all;
        if (p->cell == RNN_LSTM)
            lstm_step(&t);
        else if (p->cell == RNN_GRU)
            gru_step(&t, p->linear_before_reset);
        else
            simple_step(&t, p->cell == RNN_TANH);
        t.before = t.y;
    }
    for (int64_t n = from; n < to; n++)
        memcpy(c->out + s->steps * all + n * s->hidden, cell + n * s->room,
               (size_t)s->hidden * sizeof *cell);
}

static void rnn(const struct own_call *c)
{
    struct rnn_sizes s = rnn_sizes(c->prim, c->slots);
    int64_t pieces = c->threads < s.batch ? c->threads : s.batch;
    rnn_inputs(c, &s, c->scratch);
#pragma omp parallel for num_threads(c->threads) if (pieces > 1)
    for (int64_t k = 0; k < pieces; k++)
        rnn_sequences(c, &s, k * s.batch / pieces,
                      (k + 1) * s.batch / pieces);
}

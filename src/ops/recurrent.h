#ifndef OPS_RECURRENT_H
#define OPS_RECURRENT_H

#include "graph/host.h"
#include "ops/activation.h"

/* What RNN, GRU and LSTM share. With T steps, N sequences, I features, H
 * hidden units, D directions and G gates:
 * x [T,N,I], w [D,G H,I], r [D,G H,H], b [D,2 G H], lens [N], h [D,N,H],
 * LSTM: c [D,N,H], p [D,3 H]; out y [T,D,N,H], h [D,N,H], LSTM: c [D,N,H].
 * Under layout 1: x [N,T,I], y [N,T,D,H], states [N,D,H]. */

enum { RECURRENT_MAX_GATES = 4, RECURRENT_MAX_FUNCTIONS = 3 };

/* What a kind of cell is. */
struct cell;
typedef void cell_step_f(struct cell *k);

struct cell_kind {
    int gates;      /* G */
    int functions;  /* activations of a direction */
    const char *defaults[RECURRENT_MAX_FUNCTIONS];
    int has_state;  /* a second state, and peepholes: LSTM */
    const char *flag; /* the attribute that is its own */
    cell_step_f *step;
};

/* The attributes. */
struct recurrent {
    const struct cell_kind *kind;
    int directions, reverse; /* reverse: the first direction runs back */
    int layout, flag;
    float clip; /* 0: none */
    struct activation f[2][RECURRENT_MAX_FUNCTIONS];
    int64_t steps, batch, features, hidden;
};

/* One direction at work on one sequence. Rows of weights have become
 * columns: wt [I, G H], rt [H, G H]. */
struct cell {
    const struct recurrent *of;
    const struct activation *f;
    const float *wt, *rt;
    const float *bw, *br; /* G H each, zeros where there are none */
    const float *p;       /* 3 H, or NULL */
    const float *x;       /* I: this step's */
    float *h, *c;         /* H each: states, renewed by the step */
    float *gates;         /* G H, and H to spare */
    float *spare;
};

/* Reads attributes and checks shapes, which are those of inputs 0 … 7;
 * absent ones have rank -1. */
int ops_recurrent_read(struct recurrent *out, const struct node *n,
                       const struct cell_kind *kind,
                       const struct shape in[static 8],
                       struct prune_error *err);

/* The shapes of y and of a state. */
struct shape ops_recurrent_y(const struct recurrent *r);
struct shape ops_recurrent_state(const struct recurrent *r);

int ops_infer_recurrent(struct graph *g, struct node *n,
                        const struct cell_kind *kind,
                        struct prune_error *err);
void ops_cost_recurrent(const struct graph *g, const struct node *n,
                        struct cost *out);
int ops_host_recurrent(struct host_call *c, const struct cell_kind *kind,
                       struct prune_error *err);

/* Batch and time are plain; features tie to the weight's columns; hidden
 * units tie across gates where a unit without weights stays 0. */
int ops_couple_recurrent(struct coupling *c, const struct graph *g,
                         const struct node *n, const struct cell_kind *kind,
                         struct prune_error *err);
/* hidden_size follows. */
op_cut_f ops_cut_recurrent;

/* For steps. gates[from … to) = bw + x wt (+ br + h rt), clipped not yet. */
void cell_gates(struct cell *k, int from, int to, int with_h);
/* out[0 … H) += h rt of gate `gate`. */
void cell_recur(const struct cell *k, int gate, const float *h, float *out);
/* Clips n numbers, when there is a clip. */
void cell_clip(const struct cell *k, float *x, int64_t n);

#endif

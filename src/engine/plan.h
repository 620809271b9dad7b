#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include "engine/program.h"

/* What is run: steps in order over buffers that were given their places in
 * one arena beforehand. Whoever chooses kernels appends buffers and steps;
 * two buffers share memory when no step needs both. */

/* A piece of memory. Exactly one of the three kinds: `fixed` (a constant,
 * or weights repacked by a step), an input of the network, or arena. */
struct buffer {
    size_t size;      /* bytes */
    int first, last;  /* the steps that write and last read it */
    size_t offset;    /* in the arena */
    const void *fixed;
    int input; /* index, or -1 */
};

struct step;

/* Runs the step; the memory was given by the last bind. */
typedef int step_run_f(struct step *s, struct prune_error *err);
/* Tells the step where its buffers are: memory[i] is buffer i. */
typedef int step_bind_f(struct step *s, void *const *memory, void *scratch,
                        struct prune_error *err);
typedef void step_free_f(struct step *s);

enum { KERNEL_NAME = 48 };

struct step {
    step_run_f *run;
    step_bind_f *bind;
    step_free_f *free;
    void *state;
    int n_in, *in, out;  /* buffers; in: -1 where absent */
    int reads_input;     /* must be bound anew for every run */
    int node;            /* of the graph, or -1 */
    size_t scratch_size; /* bytes that it needs while it runs */
    size_t weight_size;  /* bytes of repacked weights that it owns */
    char kernel[KERNEL_NAME]; /* "" for a mere change of layout */
};

struct plan {
    int n_buffers, room_buffers, n_steps, room_steps;
    struct buffer *buffers;
    struct step *steps;
    int n_outputs, n_taps;
    int *outputs, *taps; /* row-major buffers */
    void *backend;       /* what the steps share */
    void (*backend_free)(void *backend);
    /* set by plan_place */
    size_t arena_size, scratch_size, weight_size;
    unsigned char *arena, *scratch;
    void **memory; /* of each buffer */
};

/* Both functions may be given a plan with nothing in it. */
int plan_new(struct plan **out, const struct program *p,
             struct prune_error *err);
void plan_free(struct plan *p); /* NULL is fine */

/* A new buffer in the arena, written first by the step to come: its number
 * or a code. */
int plan_buffer(struct plan *p, size_t size, struct prune_error *err);
int plan_fixed(struct plan *p, const void *data, size_t size,
               struct prune_error *err);
int plan_input(struct plan *p, int input, size_t size,
               struct prune_error *err);

/* Appends a step that reads in[] and writes out; in[] is copied. The step
 * (its `state` too) is taken over, and freed on failure. */
int plan_step(struct plan *p, struct step s, const int *in, int n_in,
              int out, struct prune_error *err);

/* The step just appended also needs this buffer. */
void plan_keep(struct plan *p, int buffer);
/* The buffer must hold its contents until the end of the run. */
void plan_keep_to_end(struct plan *p, int buffer);

/* Gives every buffer its place, takes the memory and binds the steps. */
int plan_place(struct plan *p, struct prune_error *err);

/* One run; inputs as in engine_run. */
int plan_run(struct plan *p, const void *const *inputs,
             struct prune_error *err);

/* Runs both plans in turns: *out says whether `a` took less time. */
int plan_faster(int *out, struct plan *a, struct plan *b,
                const void *const *inputs, struct prune_error *err);

#endif

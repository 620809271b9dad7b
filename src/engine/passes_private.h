#ifndef ENGINE_PASSES_PRIVATE_H
#define ENGINE_PASSES_PRIVATE_H

#include "engine/passes.h"

/* What the passes*.c files share. */

/* Who writes a slot (-1: nobody) and how often it is read. */
struct facts {
    int *by, *uses;
};

int facts_find(struct facts *f, const struct program *p,
               struct prune_error *err);
void facts_done(struct facts *f);

/* The constant in a slot, or NULL. */
const struct tensor *pass_constant(const struct program *p, int slot);

/* Whether the slot is a constant of one element. */
int pass_scalar(const struct program *p, int slot, float *out);

/* The primitive that writes the slot when it is of that kind; else NULL. */
const struct prim *pass_made_by(const struct program *p,
                                const struct facts *f, int slot,
                                const struct prim_kind *kind);

/* Gives the primitive another input list (copied). */
int pass_set_inputs(struct program *p, struct prim *prim, const int *in,
                    int n, struct prune_error *err);

typedef int pass_f(struct program *p, struct prune_error *err);

/* passes_forms.c: a * x + b by constants become one function, and several
 * in a row one; equal primitives become one; written-out LayerNorm, Gelu,
 * HardSwish and Mish become what they are. */
pass_f pass_merge_equal, pass_find_linear, pass_find_forms;

/* passes_attention.c: softmax(a q k + mask) v in one primitive that reads
 * and writes heads where they lie. */
pass_f pass_find_attention;

#endif

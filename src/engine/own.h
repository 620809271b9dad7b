#ifndef ENGINE_OWN_H
#define ENGINE_OWN_H

#include "engine/prim.h"

/* Kernels of our own for what the library has no fast way for, over
 * row-major tensors. They are written once (own_kernels.h), for vectors of
 * any width, and compiled for each level of the instruction set. */

/* What a kernel is given: the inputs as for `run` of the primitive, scratch
 * memory of the size it asked for, and what it made of constant inputs. */
struct own_call {
    const struct prim *prim;
    const struct slot *slots;
    const float *const *in;
    float *out;
    float *scratch;
    const float *packed;
    int threads;
};

typedef void own_run_f(const struct own_call *c);
/* Numbers of scratch memory, or of packed constants, that the primitive
 * needs; `threads` will run it. */
typedef int64_t own_size_f(const struct prim *p, const struct slot *slots,
                           int threads);
/* Packs constant inputs. */
typedef void own_pack_f(const struct prim *p, const struct slot *slots,
                        float *packed);

/* A kernel for one kind of primitive; `takes` NULL: for all of them. */
struct own_kernel {
    const struct prim_kind *kind;
    int (*takes)(const struct prim *p, const struct slot *slots);
    own_run_f *run;
    own_size_f *scratch; /* NULL: none */
    own_size_f *packed;  /* NULL: none */
    own_pack_f *pack;
    int in_place; /* the output may lie over input 0 */
};

/* The kernel for the primitive on this machine, or NULL. */
const struct own_kernel *own_find(const struct prim *p,
                                  const struct slot *slots);

/* out[i] = f(x[i]); they may be the same memory. 0 when there is no such
 * function here. */
typedef int own_map_f(const struct prim_eltwise *e, const float *x,
                      float *out, int64_t n);
own_map_f *own_map(void);
/* Whether own_map has the function. */
int own_maps(const struct prim_eltwise *e);

/* out = x * scale + shift, then perhaps the positive part, of memory that is
 * [outer, blocks, inner, run]: element [o, b, i, r] is of the channel b * run
 * + r. x and out may be the same. */
struct own_affine {
    int64_t outer, blocks, inner, run;
    const float *scale, *shift; /* blocks * run */
    int relu;
};
typedef void own_affine_f(const struct own_affine *a, const float *x,
                          float *out);
own_affine_f *own_affine(void);

/* The level's name: "avx512", "avx2", "sse2", … */
const char *own_level(void);

/* One level's table. */
struct own_set {
    const char *level;
    own_map_f *map;
    own_affine_f *affine;
    const struct own_kernel *kernels;
    int n_kernels;
};

#endif

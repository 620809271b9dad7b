#ifndef ENGINE_DNNL_PRIVATE_H
#define ENGINE_DNNL_PRIVATE_H

#include <dnnl.h>

#include "base/arena.h"
#include "engine/onednn.h"

/* What the dnnl*.c files share. One primitive of the program becomes one or
 * a few of the library's; a slot may exist in several layouts, each in a
 * buffer of its own ("rep" below), and consumers ask for the one they like. */

/* A compile function's answer when plain C shall do it. */
enum { DN_PLAIN = 1 };

/* What all steps of a plan share. */
struct dn_backend {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
};

/* A slot's contents in some layout. The first of a list is the one that
 * its producer wrote. */
struct dn_rep {
    dnnl_memory_desc_t md; /* dims are the slot's (a scalar: [1]) */
    int buffer;
    struct dn_rep *next;
};

struct dn_compiler {
    struct plan *plan;
    const struct program *program;
    enum onednn_policy policy;
    struct dn_backend *backend;
    struct arena arena; /* reps */
    struct dn_rep **reps;
    int *view_of;   /* the slot whose elements these are, or -1 */
    int *last_read; /* of root slots: last primitive that reads them */
    int at;         /* the primitive being compiled */
};

/* Compiles c->at, defining its output; *fused says how many of its posts
 * were done within. 0, DN_PLAIN, or a code. */
typedef int dn_compile_f(struct dn_compiler *c, const struct prim *p,
                         int *fused, struct prune_error *err);

dn_compile_f dn_conv, dn_deconv, dn_matmul, dn_pool, dn_eltwise, dn_binary, dn_affine,
    dn_softmax, dn_reduce, dn_concat, dn_transpose, dn_slice, dn_own;

/* --- dnnl.c: slots and their layouts --------------------------------- */

const struct shape *dn_shape(const struct dn_compiler *c, int slot);

/* Dense row-major descriptor; a scalar has one axis of one. */
int dn_row_major(dnnl_memory_desc_t *md, const struct shape *s);
/* The same with ones put in front, up to `rank`. */
int dn_row_major_to(dnnl_memory_desc_t *md, const struct shape *s, int rank);
/* A descriptor of that shape in whatever layout the library likes. */
int dn_any(dnnl_memory_desc_t *md, const struct shape *s);

/* The layout a slot is in anyway. Borrowed. */
int dn_native(struct dn_compiler *c, int slot, struct dn_rep **out,
              struct prune_error *err);
/* The slot's buffer in that layout, reordering when needed. */
int dn_want(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md,
            int *buffer, struct prune_error *err);
int dn_want_row_major(struct dn_compiler *c, int slot, int *buffer,
                      struct prune_error *err);
/* Whether the slot is at hand in that layout. */
int dn_has(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md);

/* Says that `buffer` holds the slot in that layout. */
int dn_define(struct dn_compiler *c, int slot, const dnnl_memory_desc_t *md,
              int buffer, struct prune_error *err);

/* Whether the buffer that holds `slot` may be overwritten by the primitive
 * being compiled: nobody reads the slot afterwards. */
int dn_is_last_read(const struct dn_compiler *c, int slot, int buffer);
/* Whether the two slots are views of the same elements. */
int dn_same_root(const struct dn_compiler *c, int a, int b);

/* A buffer of the arena for that layout. */
int dn_buffer(struct dn_compiler *c, const dnnl_memory_desc_t *md,
              struct prune_error *err);

/* Where the result goes, in that layout: over the slot that one of the first
 * `fused` posts adds, which must not be what the primitive reads, or into a
 * new buffer. */
int dn_output(struct dn_compiler *c, const struct prim *p, int fused,
              int reader, const dnnl_memory_desc_t *md, int *out,
              struct prune_error *err);

/* The descriptor of a reorder. */
int dn_describe_reorder(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                        const dnnl_memory_desc_t *from,
                        const dnnl_memory_desc_t *to,
                        struct prune_error *err);

/* Appends a reorder of `buffer`, as `from` describes it, into `to`. */
int dn_reorder(struct dn_compiler *c, const dnnl_memory_desc_t *from,
               int buffer, const dnnl_memory_desc_t *md, int to,
               struct prune_error *err);

/* Appends a copy between two buffers of that layout. */
int dn_copy(struct dn_compiler *c, const dnnl_memory_desc_t *md, int from,
            int to, struct prune_error *err);

/* --- dnnl.c: primitives ---------------------------------------------- */

/* Memory that a step owns: repacked weights. */
struct dn_own {
    void *data; /* mem_aligned */
    size_t size;
};

enum { DN_OWN = -1 }; /* as a buffer: it is the argument's own memory */

struct dn_arg {
    const dnnl_memory_desc_t *md;
    int arg; /* DNNL_ARG_… */
    int buffer;
    struct dn_own own;
};

/* Appends a step that executes the primitive. The descriptor and the own
 * memory are taken over, also on failure. `kernel` 0: a change of layout. */
int dn_emit(struct dn_compiler *c, dnnl_primitive_desc_t pd, int node,
            int kernel, const struct dn_arg *args, int n_args, int out,
            struct prune_error *err);

/* Repacks constant weights now; `from` describes the constant's data. When
 * the layouts are equal the argument borrows the constant. */
int dn_weights(struct dn_compiler *c, struct dn_arg *arg, int which,
               int slot, const dnnl_memory_desc_t *from,
               const dnnl_memory_desc_t *to, struct prune_error *err);

/* Attributes: scratchpad by the user, and the first n posts of p. */
int dn_attr(dnnl_primitive_attr_t *out, const struct prim *p, int n_posts);

/* Makes a descriptor; DN_PLAIN when the library has no such thing. `attr`
 * is taken over. `allow_reference` 0: the library's own scalar code counts
 * as having none. */
int dn_describe(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                const void *desc, dnnl_primitive_attr_t attr,
                int allow_reference, const struct prim *p,
                struct prune_error *err);

/* The same, passing over the kernel that the library offers first. */
int dn_describe_second(struct dn_compiler *c, dnnl_primitive_desc_t *out,
                       const void *desc, dnnl_primitive_attr_t attr,
                       const struct prim *p, struct prune_error *err);

/* The end of the above: hands on `pd` when status and kernel are right. */
int dn_accept(dnnl_primitive_desc_t *out, dnnl_primitive_desc_t pd,
              dnnl_status_t s, int allow_reference, const struct prim *p,
              struct prune_error *err);

/* Turns a status into an error that names primitive and status. */
int dn_fail(const struct prim *p, dnnl_status_t status,
            struct prune_error *err);

const dnnl_memory_desc_t *dn_md(const_dnnl_primitive_desc_t pd,
                                dnnl_query_t what);

/* --- dnnl_time.c: which of several kernels is the fastest ------------ */

/* One way to do the work, timed on memory of its own. */
struct dn_trial;

struct dn_trial_arg {
    int arg;
    const dnnl_memory_desc_t *md;
};

/* Prepares a primitive for timing; the descriptor is borrowed. */
int dn_trial_new(struct dn_trial **out, struct dn_compiler *c,
                 const_dnnl_primitive_desc_t pd,
                 const struct dn_trial_arg *args, int n,
                 struct prune_error *err);
void dn_trial_free(struct dn_trial *t); /* NULL is fine */

/* Runs all of them in turns and leaves the least seconds of each. NULL
 * entries take none. */
int dn_trials_run(struct dn_compiler *c, struct dn_trial *const *trials,
                  double *seconds, int n, struct prune_error *err);

/* The library's functions for an element-wise one: how many (1 or 2), to
 * be applied in order; 0: it has none. */
struct dn_alg {
    dnnl_alg_kind_t kind;
    float alpha, beta;
};
int dn_alg_of(const struct prim_eltwise *e, struct dn_alg out[2]);

/* Applies the functions to a buffer in place. */
int dn_apply(struct dn_compiler *c, const struct prim *p,
             const struct prim_eltwise *e, const dnnl_memory_desc_t *md,
             int from, int to, struct prune_error *err);

/* The same by a kernel of our own; DN_PLAIN when there is none. */
int dn_map(struct dn_compiler *c, const struct prim *p,
           const struct prim_eltwise *e, const dnnl_memory_desc_t *md,
           int from, int to, struct prune_error *err);

/* An affine primitive from one buffer into another (or the same) of that
 * layout; DN_PLAIN when channels lie in some other way. */
int dn_scale(struct dn_compiler *c, const struct prim *p,
             const dnnl_memory_desc_t *md, int from, int to, int relu,
             struct prune_error *err);

#endif

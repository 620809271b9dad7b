#ifndef OPS_ELEMENTWISE_H
#define OPS_ELEMENTWISE_H

#include "graph/host.h"

/* Host kernels of operators that work element by element, for every type of
 * numbers: floats are computed as doubles, integers and booleans as 64-bit
 * integers of which the type's low bits are kept (so they wrap around).
 * Unsigned 64-bit integers come as their bits. */

/* One input; p: whatever parameters the operator has. A missing `whole`
 * refuses integers. */
typedef double ops_real_f(double x, const double *p);
typedef int64_t ops_whole_f(int64_t x, enum dtype t);

struct ops_map {
    ops_real_f *real;
    ops_whole_f *whole;
    enum dtype to; /* what is made; DTYPE_NONE: what is read */
};

/* Output 0 is the map of input 0. */
int ops_host_map(struct host_call *c, const struct ops_map *m,
                 const double *p, struct prune_error *err);

/* The same for a tensor that is there; in place when they are the same. */
void ops_map(struct tensor *out, const struct tensor *x,
             const struct ops_map *m, const double *p);

/* Two inputs. A fold of more goes from the left. */
typedef double ops_real2_f(double a, double b);
typedef int64_t ops_whole2_f(int64_t a, int64_t b, enum dtype t);

struct ops_fold {
    ops_real2_f *real;
    ops_whole2_f *whole;
    enum dtype to;
};

/* Output 0 is the fold of all inputs, which have one type and broadcast. */
int ops_host_fold(struct host_call *c, const struct ops_fold *f,
                  struct prune_error *err);

/* out = a f b, where both broadcast to out's shape; out may be one of them
 * when it has its shape. In doubles when one of the two is of floats. */
void ops_fold(struct tensor *out, const struct tensor *a,
              const struct tensor *b, const struct ops_fold *f);

/* Output 0 is input 0 whatever that holds. */
op_host_f ops_host_pass;

/* a < b as integers of that type. */
static inline int ops_less(int64_t a, int64_t b, enum dtype t)
{
    return t == DTYPE_U64 ? (uint64_t)a < (uint64_t)b : a < b;
}

/* --- what goes with them ---------------------------------------------- */

/* Output 0 is like input 0, or the inputs' broadcast, but of booleans. */
op_infer_f ops_infer_truth, ops_infer_truths;

/* Floats become truths or counts: their channels stay as they are. */
op_couple_f ops_couple_decides;

#endif

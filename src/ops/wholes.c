#include "ops/wholes.h"

#include "base/alloc.h"
#include "engine/nd.h"
#include "graph/convert.h"

int ops_need_whole(const struct host_call *c, struct prune_error *err)
{
    const struct tensor *a = host_need(c, 0, err);
    const struct tensor *b = a ? host_need(c, 1, err) : NULL;

    if (!b)
        return PRUNE_E_INPUT;
    if (a->dtype != b->dtype || dtype_is_float(a->dtype) ||
        !convert_can(a->dtype))
        return host_refuse(c, err, "%s times %s is not for this kernel",
                           dtype_name(a->dtype), dtype_name(b->dtype));
    return 0;
}

/* A matrix in a pile of them, in any order. */
struct matrix {
    int64_t rows, columns, row_step, column_step;
    int64_t step[MAX_RANK]; /* between matrices, in matrices */
    int64_t *at;
};

static int open_matrix(struct matrix *m, const struct tensor *t,
                       const struct shape *s, int transposed,
                       const struct shape *batch, struct prune_error *err)
{
    struct shape own = *s;
    int64_t rows = s->dims[s->rank - 2], columns = s->dims[s->rank - 1];

    own.rank -= 2;
    nd_broadcast_strides(&own, batch, m->step);
    m->rows = transposed ? columns : rows;
    m->columns = transposed ? rows : columns;
    m->row_step = transposed ? 1 : columns;
    m->column_step = transposed ? columns : 1;
    m->at = mem_calloc((size_t)tensor_numel(t), sizeof *m->at);
    if (!m->at)
        return err_memory(err, "a product");
    convert_to_i64(m->at, t, 0, tensor_numel(t));
    return 0;
}

/* out [M, N]; unsigned arithmetic wraps around without fault. */
static void multiply(uint64_t *out, const int64_t *a, const int64_t *b,
                     const struct matrix *ma, const struct matrix *mb)
{
    for (int64_t i = 0; i < ma->rows; i++, out += mb->columns) {
        for (int64_t j = 0; j < mb->columns; j++)
            out[j] = 0;
        for (int64_t k = 0; k < ma->columns; k++) {
            uint64_t x = (uint64_t)a[i * ma->row_step + k * ma->column_step];
            const int64_t *row = b + k * mb->row_step;
            for (int64_t j = 0; j < mb->columns; j++)
                out[j] += x * (uint64_t)row[j * mb->column_step];
        }
    }
}

int ops_whole_product(int64_t *out, const struct shape *s,
                      const struct tensor *a, const struct shape *sa,
                      int trans_a, const struct tensor *b,
                      const struct shape *sb, int trans_b,
                      struct prune_error *err)
{
    struct matrix ma = {0}, mb = {0};
    struct shape batch = *s;
    int64_t index[MAX_RANK] = {0};
    uint64_t *to = (uint64_t *)out;
    int e;

    batch.rank -= 2;
    e = open_matrix(&ma, a, sa, trans_a, &batch, err);
    if (!e)
        e = open_matrix(&mb, b, sb, trans_b, &batch, err);
    if (!e && shape_numel(s) > 0)
        do {
            multiply(to,
                     ma.at + nd_at(index, ma.step, batch.rank) * ma.rows *
                                 ma.columns,
                     mb.at + nd_at(index, mb.step, batch.rank) * mb.rows *
                                 mb.columns,
                     &ma, &mb);
            to += ma.rows * mb.columns;
        } while (nd_next(index, batch.dims, batch.rank));
    mem_free(mb.at);
    mem_free(ma.at);
    return e;
}

#include "base/alloc.h"
#include "graph/convert.h"
#include "ops/infer.h"
#include "ops/normal.h"

/* ids [B,S], segments [B,S] or absent, tables of words, positions and
 * segments [n,H], scale and shift [H], mask [B,S] or absent, positions [B or
 * 1,S] or absent; y [B,S,H]: the rows' sums, normalised; the number of ones
 * in each row of the mask [B]; the sums. */

enum { IDS, SEGMENTS, WORDS, PLACES, KINDS, SCALE, SHIFT, MASK, POSITIONS };

static int infer(struct graph *g, struct node *n, struct prune_error *err)
{
    const struct shape *ids = &node_in(g, n, IDS)->shape;
    const struct value *words = node_in(g, n, WORDS);
    struct shape out = *ids, counts = {.rank = 1};
    int e;

    if (!words || ids->rank != 2 || words->shape.rank != 2)
        return ops_bad(n, err, "its ids or its table are no matrix");
    out.dims[out.rank++] = words->shape.dims[1];
    counts.dims[0] = ids->dims[0];
    (void)((e = ops_out(g, n, 0, &out, words->dtype, err)) ||
           (e = ops_out(g, n, 1, &counts, DTYPE_I32, err)) ||
           (e = ops_out(g, n, 2, &out, words->dtype, err)));
    return e;
}

struct embedding {
    int64_t batch, rows, width;
    double *row, *more, *scale, *shift; /* [width] each */
};

/* Adds the row of a table to the sum. */
static int add(struct host_call *c, struct embedding *m, int table,
               int64_t at, struct prune_error *err)
{
    const struct tensor *t = host_in(c, table);

    if (!t || t->shape.rank != 2 || t->shape.dims[1] != m->width ||
        !convert_can(t->dtype))
        return host_bad(c, err, "its table %d does not fit", table);
    if (at < 0 || at >= t->shape.dims[0])
        return host_bad(c, err, "row %lld of table %d of %lld",
                        (long long)at, table, (long long)t->shape.dims[0]);
    convert_to_f64(m->more, t, at * m->width, m->width);
    for (int64_t i = 0; i < m->width; i++)
        m->row[i] += m->more[i];
    return 0;
}

static int embed_row(struct host_call *c, struct embedding *m, int64_t i,
                     struct prune_error *err)
{
    const struct tensor *places = host_in(c, POSITIONS);
    const struct tensor *kinds = host_in(c, SEGMENTS);
    int64_t place = i % m->rows;
    int e;

    for (int64_t k = 0; k < m->width; k++)
        m->row[k] = 0.0;
    if (places)
        place = tensor_int(places, tensor_numel(places) == m->rows ? place
                                                                   : i);
    (void)((e = add(c, m, WORDS, tensor_int(host_in(c, IDS), i), err)) ||
           (e = add(c, m, PLACES, place, err)) ||
           (e = kinds ? add(c, m, KINDS, tensor_int(kinds, i), err) : 0));
    return e;
}

static int embed(struct host_call *c, struct embedding *m, struct tensor *y,
                 struct tensor *sums, struct prune_error *err)
{
    double epsilon = (double)node_float(c->node, "epsilon", 1e-12F);

    for (int64_t i = 0; i < m->batch * m->rows; i++) {
        int e = embed_row(c, m, i, err);
        if (e)
            return e;
        if (sums)
            convert_from_f64(sums, i * m->width, m->width, m->row);
        (void)ops_normalise(m->row, m->width, epsilon);
        for (int64_t k = 0; k < m->width; k++)
            m->row[k] = m->row[k] * m->scale[k] + m->shift[k];
        convert_from_f64(y, i * m->width, m->width, m->row);
    }
    return 0;
}

static int count_mask(struct host_call *c, const struct embedding *m,
                      struct prune_error *err)
{
    const struct tensor *mask = host_in(c, MASK);
    struct tensor *out;
    int e;

    if (!host_wants(c, 1))
        return 0;
    e = host_out(c, 1, DTYPE_I32,
                 &(struct shape){.rank = 1, .dims = {m->batch}}, &out, err);
    for (int64_t b = 0; !e && b < m->batch; b++) {
        int32_t n = 0;
        for (int64_t i = 0; mask && i < m->rows; i++)
            n += tensor_int(mask, b * m->rows + i) == 1;
        ((int32_t *)out->data)[b] = n;
    }
    return e;
}

static int check(struct host_call *c, struct embedding *m,
                 struct prune_error *err)
{
    const struct tensor *ids = host_need(c, IDS, err);
    const struct tensor *words = ids ? host_need(c, WORDS, err) : NULL;

    if (!words)
        return PRUNE_E_INPUT;
    if (ids->shape.rank != 2 || words->shape.rank != 2)
        return host_bad(c, err, "its ids or its table are no matrix");
    m->batch = ids->shape.dims[0];
    m->rows = ids->shape.dims[1];
    m->width = words->shape.dims[1];
    for (int i = SEGMENTS; i <= POSITIONS; i++) {
        const struct tensor *t = host_in(c, i);
        int alike = t && tensor_numel(t) == m->batch * m->rows;
        if (!t || (i != SEGMENTS && i != MASK && i != POSITIONS))
            continue;
        if (dtype_is_float(t->dtype) ||
            (!alike && (i != POSITIONS || tensor_numel(t) != m->rows)))
            return host_bad(c, err, "input %d does not fit the ids", i);
    }
    return ops_need_float(c, words, err);
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct embedding m = {0};
    struct tensor *y, *sums = NULL;
    int e = check(c, &m, err);
    struct shape shape = {.rank = 3, .dims = {m.batch, m.rows, m.width}};
    enum dtype dtype;

    if (e)
        return e;
    dtype = host_in(c, WORDS)->dtype;
    m.row = mem_calloc((size_t)m.width, 4 * sizeof *m.row);
    if (!m.row)
        return err_memory(err, "an embedding");
    m.more = m.row + m.width;
    m.scale = m.more + m.width;
    m.shift = m.scale + m.width;
    (void)((e = ops_vector(m.scale, m.width, c, SCALE, 1.0, err)) ||
           (e = ops_vector(m.shift, m.width, c, SHIFT, 0.0, err)) ||
           (e = host_out(c, 0, dtype, &shape, &y, err)) ||
           (e = host_wants(c, 2) ? host_out(c, 2, dtype, &shape, &sums, err)
                                 : 0) ||
           (e = embed(c, &m, y, sums, err)) ||
           (e = count_mask(c, &m, err)));
    mem_free(m.row);
    return e;
}

const struct op op_ms_embed_layer_normalization = {
    .name = "EmbedLayerNormalization",
    .domain = "com.microsoft",
    .since = 1,
    .min_inputs = 1,
    .max_inputs = 9,
    .infer = infer,
    .host = host,
};

#include "ops/infer.h"
#include "ops/move.h"
#include "ops/ties.h"

/* Of each sequence in a batch, the first so many positions of time as input
 * 1 says, in reverse; what follows them stays. */

static int find_axes(int *batch, int *time, const struct node *n, int rank,
                     struct prune_error *err)
{
    int e = ops_axis_of(n, rank, node_int(n, "batch_axis", 1), batch, err);

    if (!e)
        e = ops_axis_of(n, rank, node_int(n, "time_axis", 0), time, err);
    if (!e && *batch == *time)
        return ops_bad(n, err, "its batch and its time are one axis");
    return e;
}

static int check(const struct host_call *c, const struct tensor *x,
                 const struct tensor *lengths, int batch, int time,
                 struct prune_error *err)
{
    if (!ops_is_index(lengths) || lengths->shape.rank != 1 ||
        lengths->shape.dims[0] != x->shape.dims[batch])
        return host_bad(c, err, "its lengths do not fit a batch of %lld",
                        (long long)x->shape.dims[batch]);
    for (int64_t i = 0; i < lengths->shape.dims[0]; i++)
        if (tensor_int(lengths, i) < 0 ||
            tensor_int(lengths, i) > x->shape.dims[time])
            return host_bad(c, err, "a length of %lld",
                            (long long)tensor_int(lengths, i));
    return 0;
}

/* Positions [from, from + n) of time, of one of the batch. */
static void copy(struct tensor *out, const struct tensor *x, int time,
                 int64_t from, int64_t n, int reverse, struct move m,
                 int64_t offset)
{
    size_t item = dtype_size(x->dtype);
    int64_t last = reverse ? from + n - 1 : from;

    if (n == 0)
        return;
    m.dims[time] = n;
    ops_move((unsigned char *)out->data +
                 (size_t)(offset + from * m.to[time]) * item,
             (const unsigned char *)x->data +
                 (size_t)(offset + last * m.to[time]) * item,
             &m, item);
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct tensor *x = host_need(c, 0, err);
    const struct tensor *lengths = host_need(c, 1, err);
    struct tensor *out;
    int batch, time, e;
    struct move m;

    if (!x || !lengths)
        return PRUNE_E_INPUT;
    e = find_axes(&batch, &time, c->node, x->shape.rank, err);
    if (!e)
        e = check(c, x, lengths, batch, time, err);
    if (!e)
        e = host_out(c, 0, x->dtype, &x->shape, &out, err);
    if (e || !out->size)
        return e;
    ops_move_into(&m, &x->shape, &x->shape);
    m.dims[batch] = 1;
    for (int64_t i = 0; i < x->shape.dims[batch]; i++) {
        int64_t n = tensor_int(lengths, i), at = i * m.to[batch];
        m.from[time] = -m.to[time];
        copy(out, x, time, 0, n, 1, m, at);
        m.from[time] = m.to[time];
        copy(out, x, time, n, x->shape.dims[time] - n, 0, m, at);
    }
    return 0;
}

/* Time and batch are no channels; all others go through. */
static int couple(struct coupling *c, const struct graph *g,
                  const struct node *n, struct prune_error *err)
{
    int batch, time;
    int e = find_axes(&batch, &time, n, node_in(g, n, 0)->shape.rank, err);

    if (e)
        return e;
    couple_plain_all(c, n->inputs[1]);
    couple_plain(c, n->inputs[0], batch);
    couple_plain(c, n->inputs[0], time);
    return ops_couple_pass(c, g, n, err);
}

const struct op op_reverse_sequence = {
    .name = "ReverseSequence",
    .domain = "",
    .since = 10,
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = ops_infer_same,
    .couple = couple,
    .host = host,
};

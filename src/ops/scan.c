#include "base/alloc.h"
#include "ops/sequences.h"

#include <string.h>

/* Runs its body on each position of an axis of its scan inputs, and stacks
 * what the body gives besides its state. Opset 8 does so for each sample of
 * a batch, along axis 1, and may know the lengths of the samples. */

struct scan {
    const struct graph *body;
    int n_state, n_in, n_out; /* state values, scan inputs, scan outputs */
    int64_t length;
    int old;            /* opset 8 */
    struct datum **in;  /* [n_state + n_in] of one run, owned */
    struct datum **out; /* [n_state + n_out] of one run, owned */
    const struct tensor **x; /* [n_in] */
    struct tensor **y;       /* [n_out] so far, owned */
};

static int64_t listed(const struct node *n, const char *name, int i,
                      int64_t other)
{
    const struct attr *a = node_attr(n, name);

    return a && a->type == ATTR_INTS && i < a->n ? a->ints[i] : other;
}

static int in_axis(const struct host_call *c, const struct scan *s, int i)
{
    return s->old ? 0
                  : shape_axis(s->x[i]->shape.rank,
                               listed(c->node, "scan_input_axes", i, 0));
}

static int is_reversed(const struct host_call *c, const struct scan *s,
                       int i)
{
    return listed(c->node, s->old ? "directions" : "scan_input_directions",
                  i, 0) != 0;
}

/* The slices of position t are the scan inputs of the next run. */
static int slice(struct host_call *c, struct scan *s, int64_t t,
                 struct prune_error *err)
{
    int e = 0;

    for (int i = 0; !e && i < s->n_in; i++) {
        struct tensor *part = NULL;
        struct datum **at = &s->in[s->n_state + i];
        int64_t from = is_reversed(c, s, i) ? s->length - 1 - t : t;
        ops_drop(at, 1);
        e = ops_take_slab(&part, s->x[i], in_axis(c, s, i), from, err);
        if (!e)
            e = datum_tensor(at, part, err);
    }
    return e;
}

static int out_axis(struct host_call *c, const struct scan *s, int i,
                    int rank, int *out, struct prune_error *err)
{
    int64_t asked = s->old ? 0 : listed(c->node, "scan_output_axes", i, 0);

    if (rank >= MAX_RANK)
        return host_refuse(c, err, "tensors of more than %d axes", MAX_RANK);
    *out = shape_axis(rank + 1, asked);
    return *out < 0 ? host_bad(c, err, "output %d has no such axis", i) : 0;
}

/* Output i's tensor for all positions, of which each has this shape. */
static int make_output(struct host_call *c, struct scan *s, int i,
                       enum dtype dtype, const struct shape *item,
                       struct prune_error *err)
{
    struct shape shape = *item;
    int axis, e = out_axis(c, s, i, item->rank, &axis, err);

    if (e)
        return e;
    for (int k = shape.rank++; k > axis; k--)
        shape.dims[k] = shape.dims[k - 1];
    shape.dims[axis] = s->length;
    return tensor_new(&s->y[i], dtype, &shape, err);
}

static int keep_output(struct host_call *c, struct scan *s, int i, int64_t t,
                       struct prune_error *err)
{
    const struct datum *d = s->out[s->n_state + i];
    const struct tensor *part = d && d->kind == DATUM_TENSOR ? d->tensor
                                                             : NULL;
    int axis, e;

    if (!part)
        return host_bad(c, err, "its body gives no tensor to stack");
    if (!s->y[i]) {
        e = make_output(c, s, i, part->dtype, &part->shape, err);
        if (e)
            return e;
    }
    e = out_axis(c, s, i, part->shape.rank, &axis, err);
    if (e)
        return e;
    if (part->dtype != s->y[i]->dtype ||
        part->shape.rank + 1 != s->y[i]->shape.rank)
        return host_bad(c, err, "its body's outputs of two runs differ");
    for (int k = 0; k < part->shape.rank; k++)
        if (part->shape.dims[k] != s->y[i]->shape.dims[k + (k >= axis)])
            return host_bad(c, err, "its body's outputs of two runs differ");
    if (!s->old && listed(c->node, "scan_output_directions", i, 0))
        t = s->length - 1 - t;
    ops_put_slab(s->y[i], axis, t, 1, part);
    return 0;
}

/* Without a single run the body's outputs say what they would have been. */
static int empty_output(struct host_call *c, struct scan *s, int i,
                        struct prune_error *err)
{
    const struct value *v =
        &s->body->values[s->body->outputs[s->n_state + i]];
    struct shape item = shape_known(&v->shape) ? v->shape : v->declared;

    if (item.rank < 0)
        item.rank = 0;
    for (int k = 0; k < item.rank; k++)
        if (item.dims[k] < 0)
            item.dims[k] = 0;
    return make_output(c, s, i, dtype_size(v->dtype) ? v->dtype : DTYPE_F32,
                       &item, err);
}

/* From the states in s->in to those in s->in, with s->y filled. */
static int run(struct host_call *c, struct scan *s, int64_t length,
               struct prune_error *err)
{
    int e = 0;

    for (int64_t t = 0; !e && t < length; t++) {
        e = slice(c, s, t, err);
        if (!e)
            e = c->run(c->runner, s->body, s->in, s->n_state + s->n_in,
                       s->out, s->n_state + s->n_out, err);
        for (int i = 0; !e && i < s->n_state; i++) {
            datum_unref(s->in[i]);
            s->in[i] = s->out[i];
            s->out[i] = NULL;
        }
        for (int i = 0; !e && i < s->n_out; i++)
            e = keep_output(c, s, i, t, err);
        ops_drop(s->out, s->n_state + s->n_out);
    }
    for (int i = 0; !e && i < s->n_out; i++)
        if (!s->y[i])
            e = empty_output(c, s, i, err);
    return e;
}

/* All scan inputs have as many positions. */
static int find_length(struct host_call *c, struct scan *s,
                       struct prune_error *err)
{
    for (int i = 0; i < s->n_in; i++) {
        int axis = s->x[i]->shape.rank > 0 ? in_axis(c, s, i) : -1;
        if (axis < 0)
            return host_bad(c, err, "scan input %d has no such axis", i);
        if (i > 0 && s->x[i]->shape.dims[axis] != s->length)
            return host_bad(c, err, "scan inputs differ in length");
        s->length = s->x[i]->shape.dims[axis];
    }
    return 0;
}

static int host_new(struct host_call *c, struct scan *s,
                    struct prune_error *err)
{
    int e = 0;

    for (int i = 0; i < s->n_state; i++)
        if (c->in[i])
            s->in[i] = datum_ref(c->in[i]);
    for (int i = 0; i < s->n_in; i++) {
        s->x[i] = host_need(c, s->n_state + i, err);
        if (!s->x[i])
            return PRUNE_E_INPUT;
    }
    e = find_length(c, s, err);
    if (!e)
        e = run(c, s, s->length, err);
    for (int i = 0; !e && i < s->n_state; i++) {
        e = host_set(c, i, s->in[i]);
        s->in[i] = NULL;
    }
    for (int i = 0; !e && i < s->n_out; i++) {
        e = host_set_tensor(c, s->n_state + i, s->y[i], err);
        s->y[i] = NULL;
    }
    return e;
}

/* --- opset 8 ----------------------------------------------------------- */

/* Sample b's result becomes a part of output o: [batch, ...]. */
static int join(struct host_call *c, int o, int64_t batch, int64_t b,
                const struct tensor *part, struct prune_error *err)
{
    struct tensor *all = c->out[o] ? c->out[o]->tensor : NULL;
    struct shape shape = {.rank = 1, .dims = {batch}};
    int e;

    if (part->shape.rank >= MAX_RANK)
        return host_refuse(c, err, "tensors of more than %d axes", MAX_RANK);
    for (int k = 0; k < part->shape.rank; k++)
        shape.dims[shape.rank++] = part->shape.dims[k];
    if (!all) {
        e = host_out(c, o, part->dtype, &shape, &all, err);
        if (e)
            return e;
    }
    if (all->dtype != part->dtype || !shape_equal(&all->shape, &shape))
        return host_bad(c, err, "its samples' outputs differ");
    ops_put_slab(all, 0, b, 1, part);
    return 0;
}

static int sample_length(struct host_call *c, const struct scan *s,
                         int64_t b, int64_t *out, struct prune_error *err)
{
    const struct tensor *lens = host_in(c, 0);

    *out = s->length;
    if (!lens)
        return 0;
    if (b >= tensor_numel(lens) || tensor_int(lens, b) < 0 ||
        tensor_int(lens, b) > s->length)
        return host_bad(c, err, "sample %lld has no fitting length",
                        (long long)b);
    *out = tensor_int(lens, b);
    return 0;
}

/* States and scan inputs of sample b; the latter are kept in `x`. */
static int pick_sample(struct host_call *c, struct scan *s,
                       struct tensor **x, int64_t b, struct prune_error *err)
{
    int e = 0;

    for (int i = 0; !e && i < s->n_state + s->n_in; i++) {
        struct tensor *part = NULL;
        e = ops_take_slab(&part, c->in[1 + i]->tensor, 0, b, err);
        if (!e && i < s->n_state) {
            ops_drop(&s->in[i], 1);
            e = datum_tensor(&s->in[i], part, err);
        } else if (!e) {
            tensor_unref(x[i - s->n_state]);
            s->x[i - s->n_state] = x[i - s->n_state] = part;
        }
    }
    return e ? e : find_length(c, s, err);
}

static int run_sample(struct host_call *c, struct scan *s, struct tensor **x,
                      int64_t batch, int64_t b, struct prune_error *err)
{
    int64_t length = 0;
    int e;

    (void)((e = pick_sample(c, s, x, b, err)) ||
           (e = sample_length(c, s, b, &length, err)) ||
           (e = run(c, s, length, err)));
    for (int i = 0; !e && i < s->n_state; i++)
        e = s->in[i] && s->in[i]->tensor
                ? join(c, i, batch, b, s->in[i]->tensor, err)
                : host_bad(c, err, "state %d is no tensor", i);
    for (int i = 0; i < s->n_out; i++) {
        if (!e && host_wants(c, s->n_state + i))
            e = join(c, s->n_state + i, batch, b, s->y[i], err);
        tensor_unref(s->y[i]);
        s->y[i] = NULL;
    }
    return e;
}

static int host_old(struct host_call *c, struct scan *s,
                    struct prune_error *err)
{
    struct tensor **x;
    int64_t batch = -1;
    int e = 0;

    for (int i = 1; i < c->node->n_inputs; i++) {
        const struct tensor *t = host_need(c, i, err);
        if (!t)
            return PRUNE_E_INPUT;
        if (t->shape.rank < 1 || (batch >= 0 && t->shape.dims[0] != batch))
            return host_bad(c, err, "its inputs differ in batch");
        batch = t->shape.dims[0];
    }
    if (batch < 1)
        return host_bad(c, err, "an empty batch");
    x = mem_calloc((size_t)s->n_in, sizeof *x);
    if (!x)
        return err_memory(err, "a scan");
    for (int64_t b = 0; !e && b < batch; b++)
        e = run_sample(c, s, x, batch, b, err);
    for (int i = 0; i < s->n_in; i++)
        tensor_unref(x[i]);
    mem_free(x);
    return e;
}

/* ----------------------------------------------------------------------- */

static int prepare(struct host_call *c, struct scan *s,
                   struct prune_error *err)
{
    int64_t n = node_int(c->node, "num_scan_inputs", 0);
    int e, all = c->node->n_inputs - (s->old ? 1 : 0);

    if (n < 1 || n > all)
        return host_bad(c, err, "%lld scan inputs", (long long)n);
    s->n_in = (int)n;
    s->n_state = all - s->n_in;
    e = ops_body(&s->body, c, "body", all, -1, err);
    if (e)
        return e;
    s->n_out = s->body->n_outputs - s->n_state;
    if (s->n_out < 0 || c->node->n_outputs > s->n_state + s->n_out)
        return host_bad(c, err, "its body has %d outputs",
                        s->body->n_outputs);
    s->in = mem_calloc((size_t)all, sizeof *s->in);
    s->out = mem_calloc((size_t)s->body->n_outputs, sizeof *s->out);
    s->x = mem_calloc((size_t)s->n_in, sizeof *s->x);
    s->y = mem_calloc((size_t)s->n_out, sizeof *s->y);
    return s->in && s->out && s->x && s->y ? 0 : err_memory(err, "a scan");
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct scan s = {.old = c->graph->opset < 9};
    int e = prepare(c, &s, err);

    if (!e)
        e = s.old ? host_old(c, &s, err) : host_new(c, &s, err);
    if (s.in)
        ops_drop(s.in, s.n_state + s.n_in);
    if (s.out)
        ops_drop(s.out, s.n_state + s.n_out);
    for (int i = 0; s.y && i < s.n_out; i++)
        tensor_unref(s.y[i]);
    mem_free(s.y);
    mem_free(s.x);
    mem_free(s.out);
    mem_free(s.in);
    return e;
}

const struct op op_scan = {
    .name = "Scan",
    .domain = "",
    .since = 8,
    .min_inputs = 0, /* of opset 8 the first may be absent */
    .max_inputs = -1,
    .host = host,
};

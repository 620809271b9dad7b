#include "base/alloc.h"
#include "ops/sequences.h"

#include <string.h>

/* Runs its body while a condition holds and a count is not reached. What
 * the body hands on is a value of the next run; what it gives besides is
 * stacked along a new first axis. */

/* What one output of the body has given so far, end to end. */
struct stack {
    enum dtype dtype;
    struct shape item;
    int64_t n; /* items */
    size_t used, room;
    char *bytes;
};

struct loop {
    const struct graph *body;
    int n_state, n_scan;
    int64_t count, most; /* runs */
    int64_t go_on;
    struct datum **in;  /* [2 + n_state] of the next run, owned */
    struct datum **out; /* [1 + n_state + n_scan] of one run, owned */
    struct stack *stacks; /* [n_scan] */
};

static int grow(struct stack *s, size_t more, struct prune_error *err)
{
    size_t need, room;
    char *bytes;

    if (__builtin_add_overflow(s->used, more, &need) ||
        need > (size_t)TENSOR_MAX_BYTES)
        return err_set(err, PRUNE_E_INPUT, "a loop's output is too large");
    if (need <= s->room)
        return 0;
    room = s->room * 2 > need ? s->room * 2 : need;
    bytes = mem_array(s->bytes, room, 1);
    if (!bytes)
        return err_memory(err, "a loop's output");
    s->bytes = bytes;
    s->room = room;
    return 0;
}

static int push(struct host_call *c, struct stack *s, const struct datum *d,
                struct prune_error *err)
{
    const struct tensor *t = d && d->kind == DATUM_TENSOR ? d->tensor : NULL;
    int e;

    if (!t)
        return host_bad(c, err, "its body gives no tensor to stack");
    if (s->n == 0) {
        s->dtype = t->dtype;
        s->item = t->shape;
    }
    if (t->dtype != s->dtype || !shape_equal(&t->shape, &s->item))
        return host_bad(c, err, "its body's outputs of two runs differ in "
                                "shape or type and cannot be stacked");
    e = grow(s, t->size, err);
    if (e)
        return e;
    if (t->size)
        memcpy(s->bytes + s->used, t->data, t->size);
    s->used += t->size;
    s->n++;
    return 0;
}

/* Nothing was stacked: the body's own output says what it would have been,
 * with 0 for what is not known. */
static void empty_stack(const struct graph *body, int output,
                        struct stack *s)
{
    const struct value *v = &body->values[body->outputs[output]];
    const struct shape *known = shape_known(&v->shape) ? &v->shape
                                                       : &v->declared;

    s->dtype = dtype_size(v->dtype) ? v->dtype : DTYPE_F32;
    s->item = (struct shape){.rank = known->rank < 0 ? 0 : known->rank};
    for (int i = 0; i < s->item.rank; i++)
        s->item.dims[i] = known->dims[i] < 0 ? 0 : known->dims[i];
}

static int give_stack(struct host_call *c, struct loop *l, int i,
                      struct prune_error *err)
{
    struct stack *s = &l->stacks[i];
    struct shape shape = {.rank = 1};
    struct tensor *out;
    int e;

    if (!host_wants(c, l->n_state + i))
        return 0;
    if (s->n == 0)
        empty_stack(l->body, 1 + l->n_state + i, s);
    if (s->item.rank >= MAX_RANK)
        return host_refuse(c, err, "tensors of more than %d axes", MAX_RANK);
    shape.dims[0] = s->n;
    for (int k = 0; k < s->item.rank; k++)
        shape.dims[shape.rank++] = s->item.dims[k];
    e = host_out(c, l->n_state + i, s->dtype, &shape, &out, err);
    if (!e && s->used)
        memcpy(out->data, s->bytes, s->used);
    return e;
}

/* The outputs of a run become the inputs of the next. */
static int hand_on(struct host_call *c, struct loop *l,
                   struct prune_error *err)
{
    const struct datum *cond = l->out[0];
    int e = 0;

    if (!cond || cond->kind != DATUM_TENSOR ||
        tensor_numel(cond->tensor) != 1)
        return host_bad(c, err, "its body gives no condition");
    l->go_on = tensor_int(cond->tensor, 0);
    for (int i = 0; i < 1 + l->n_state; i++) {
        datum_unref(l->in[1 + i]);
        l->in[1 + i] = l->out[i];
        l->out[i] = NULL;
    }
    for (int i = 0; !e && i < l->n_scan; i++)
        e = push(c, &l->stacks[i], l->out[1 + l->n_state + i], err);
    ops_drop(l->out, 1 + l->n_state + l->n_scan);
    return e;
}

static int run_once(struct host_call *c, struct loop *l,
                    struct prune_error *err)
{
    int e;

    datum_unref(l->in[0]);
    l->in[0] = NULL;
    e = ops_scalar_datum(&l->in[0], DTYPE_I64, &l->count, err);
    if (!e)
        e = c->run(c->runner, l->body, l->in, 2 + l->n_state, l->out,
                   1 + l->n_state + l->n_scan, err);
    return e ? e : hand_on(c, l, err);
}

static int run_all(struct host_call *c, struct loop *l,
                   struct prune_error *err)
{
    unsigned char first = l->go_on != 0;
    int e = ops_scalar_datum(&l->in[1], DTYPE_BOOL, &first, err);

    for (int i = 0; i < l->n_state; i++)
        if (c->in[2 + i])
            l->in[2 + i] = datum_ref(c->in[2 + i]);
    for (; !e && l->go_on && l->count < l->most; l->count++)
        e = run_once(c, l, err);
    for (int i = 0; !e && i < l->n_state; i++) {
        e = host_set(c, i, l->in[2 + i]);
        l->in[2 + i] = NULL;
    }
    for (int i = 0; !e && i < l->n_scan; i++)
        e = give_stack(c, l, i, err);
    return e;
}

static int prepare(struct host_call *c, struct loop *l,
                   struct prune_error *err)
{
    int e;

    l->n_state = c->node->n_inputs > 2 ? c->node->n_inputs - 2 : 0;
    (void)((e = ops_host_int(c, 0, INT64_MAX, &l->most, err)) ||
           (e = ops_host_int(c, 1, 1, &l->go_on, err)) ||
           (e = ops_body(&l->body, c, "body", 2 + l->n_state, -1, err)));
    if (e)
        return e;
    l->n_scan = l->body->n_outputs - 1 - l->n_state;
    if (l->n_scan < 0 || c->node->n_outputs > l->n_state + l->n_scan)
        return host_bad(c, err, "its body has %d outputs",
                        l->body->n_outputs);
    l->in = mem_calloc((size_t)(2 + l->n_state), sizeof *l->in);
    l->out = mem_calloc((size_t)l->body->n_outputs, sizeof *l->out);
    l->stacks = mem_calloc((size_t)l->n_scan, sizeof *l->stacks);
    return l->in && l->out && l->stacks ? 0 : err_memory(err, "a loop");
}

static int host(struct host_call *c, struct prune_error *err)
{
    struct loop l = {0};
    int e = prepare(c, &l, err);

    if (!e)
        e = run_all(c, &l, err);
    if (l.in)
        ops_drop(l.in, 2 + l.n_state);
    if (l.out)
        ops_drop(l.out, l.body->n_outputs);
    for (int i = 0; l.stacks && i < l.n_scan; i++)
        mem_free(l.stacks[i].bytes);
    mem_free(l.stacks);
    mem_free(l.out);
    mem_free(l.in);
    return e;
}

const struct op op_loop = {
    .name = "Loop",
    .domain = "",
    .since = 1,
    .min_inputs = 0, /* the first two may be absent */
    .max_inputs = -1,
    .host = host,
};

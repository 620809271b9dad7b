#include "base/alloc.h"
#include "ops/sequences.h"

/* The body on each item of the first input; of further inputs, sequences
 * hand on their item, tensors themselves. Outputs are sequences. */

struct mapping {
    const struct graph *body;
    int64_t n;            /* items */
    int n_in, n_out;
    struct datum **in;    /* of one run of the body, borrowed */
    struct datum **out;   /* of one run */
    struct datum **items; /* [n_out, n] */
};

static int run_one(struct host_call *c, struct mapping *m, int64_t at,
                   struct prune_error *err)
{
    int e;

    for (int i = 0; i < m->n_in; i++) {
        struct datum *d = c->in[i];
        if (d && d->kind == DATUM_SEQUENCE) {
            if (at >= d->n)
                return host_bad(c, err, "sequence %d is shorter", i);
            d = d->items[at];
        }
        m->in[i] = d;
    }
    e = c->run(c->runner, m->body, m->in, m->n_in, m->out, m->n_out, err);
    for (int i = 0; !e && i < m->n_out; i++) {
        m->items[i * m->n + at] = m->out[i];
        m->out[i] = NULL;
    }
    return e;
}

static int run_all(struct host_call *c, struct mapping *m,
                   struct prune_error *err)
{
    int e = 0;

    for (int64_t i = 0; !e && i < m->n; i++)
        e = run_one(c, m, i, err);
    for (int i = 0; !e && i < m->n_out; i++) {
        struct datum *made = NULL;
        e = datum_sequence(&made, m->items + i * m->n, m->n, err);
        if (!e)
            e = host_set(c, i, made);
    }
    return e;
}

static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    struct mapping m = {.n_in = c->node->n_inputs,
                        .n_out = c->node->n_outputs};
    size_t items;
    int e;

    if (!s)
        return PRUNE_E_INPUT;
    e = ops_body(&m.body, c, "body", m.n_in, m.n_out, err);
    if (e)
        return e;
    m.n = s->n;
    if (__builtin_mul_overflow((size_t)m.n, (size_t)m.n_out, &items))
        return err_memory(err, "sequences");
    m.in = mem_calloc((size_t)m.n_in, sizeof *m.in);
    m.out = mem_calloc((size_t)m.n_out, sizeof *m.out);
    m.items = mem_calloc(items, sizeof *m.items);
    if (m.in && m.out && m.items)
        e = run_all(c, &m, err);
    else
        e = err_memory(err, "sequences");
    if (m.items)
        ops_drop(m.items, (int64_t)items);
    mem_free(m.items);
    mem_free(m.out);
    mem_free(m.in);
    return e;
}

const struct op op_sequence_map = {
    .name = "SequenceMap",
    .domain = "",
    .since = 17,
    .min_inputs = 1,
    .max_inputs = -1,
    .host = host,
};

#include "base/alloc.h"
#include "ops/sequences.h"

/* The sequence with one tensor more, at the end or at a position. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    struct datum **items, *made = NULL;
    int64_t at;
    int e;

    if (!s || !host_need(c, 1, err))
        return PRUNE_E_INPUT;
    e = ops_position(c, 2, s->n, s->n, s->n, &at, err);
    if (e)
        return e;
    items = mem_calloc((size_t)s->n + 1, sizeof(struct datum *));
    if (!items)
        return err_memory(err, "a sequence");
    for (int64_t i = 0; i < s->n; i++)
        items[i + (i >= at)] = s->items[i];
    items[at] = c->in[1];
    e = datum_sequence(&made, items, s->n + 1, err);
    mem_free(items);
    return e ? e : host_set(c, 0, made);
}

const struct op op_sequence_insert = {
    .name = "SequenceInsert",
    .domain = "",
    .since = 11,
    .min_inputs = 2,
    .max_inputs = 3,
    .host = host,
};

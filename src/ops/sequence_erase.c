#include "base/alloc.h"
#include "ops/sequences.h"

/* The sequence without its last tensor, or without the one at a position. */
static int host(struct host_call *c, struct prune_error *err)
{
    const struct datum *s = ops_sequence(c, 0, err);
    struct datum **items, *made = NULL;
    int64_t at;
    int e;

    if (!s)
        return PRUNE_E_INPUT;
    e = ops_position(c, 1, s->n, s->n - 1, s->n - 1, &at, err);
    if (e)
        return e;
    items = mem_calloc((size_t)s->n, sizeof(struct datum *));
    if (!items)
        return err_memory(err, "a sequence");
    for (int64_t i = 0; i + 1 < s->n; i++)
        items[i] = s->items[i + (i >= at)];
    e = datum_sequence(&made, items, s->n - 1, err);
    mem_free(items);
    return e ? e : host_set(c, 0, made);
}

const struct op op_sequence_erase = {
    .name = "SequenceErase",
    .domain = "",
    .since = 11,
    .min_inputs = 1,
    .max_inputs = 2,
    .host = host,
};

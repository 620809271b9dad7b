#include "graph/datum.h"

#include "base/alloc.h"

static int new_datum(struct datum **out, enum datum_kind kind,
                     struct prune_error *err)
{
    struct datum *d = mem_new(sizeof *d);
    if (!d)
        return err_memory(err, "a value");
    d->kind = kind;
    d->refs = 1;
    *out = d;
    return 0;
}

int datum_tensor(struct datum **out, struct tensor *t,
                 struct prune_error *err)
{
    int rc = new_datum(out, DATUM_TENSOR, err);
    if (rc)
        tensor_unref(t);
    else
        (*out)->tensor = t;
    return rc;
}

int datum_none(struct datum **out, struct prune_error *err)
{
    return new_datum(out, DATUM_NONE, err);
}

int datum_sequence(struct datum **out, struct datum *const *items, int64_t n,
                   struct prune_error *err)
{
    struct datum *d = NULL;
    int rc = new_datum(&d, DATUM_SEQUENCE, err);
    if (rc)
        return rc;
    d->items = mem_calloc((size_t)n, sizeof(struct datum *));
    if (!d->items) {
        datum_unref(d);
        return err_memory(err, "a sequence");
    }
    for (; d->n < n; d->n++)
        d->items[d->n] = datum_ref(items[d->n]);
    *out = d;
    return 0;
}

struct datum *datum_ref(struct datum *d)
{
    d->refs++;
    return d;
}

/* A sequence holds tensors, or an optional's sequence of them: the depth is
 * bounded by the types that ONNX has. */
void datum_unref(struct datum *d)
{
    if (!d || --d->refs > 0)
        return;
    tensor_unref(d->tensor);
    for (int64_t i = 0; i < d->n; i++)
        datum_unref(d->items[i]);
    mem_free(d->items);
    mem_free(d);
}

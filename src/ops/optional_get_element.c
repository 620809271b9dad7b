#include "graph/host.h"

/* What an optional holds. Since opset 18 a tensor or a sequence may be
 * given as well, and is handed on. */
static int host(struct host_call *c, struct prune_error *err)
{
    if (c->in[0]->kind == DATUM_NONE)
        return host_bad(c, err, "the optional is empty");
    return host_set(c, 0, datum_ref(c->in[0]));
}

const struct op op_optional_get_element = {
    .name = "OptionalGetElement",
    .domain = "",
    .since = 15,
    .min_inputs = 1,
    .max_inputs = 1,
    .host = host,
};

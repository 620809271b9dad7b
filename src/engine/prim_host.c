#include "engine/prim.h"

/* The kernel holds its own inputs against each other when it runs. */
static const char *check(const struct prim *p, const struct slot *slots)
{
    (void)slots;
    return p->host.graph != NULL && p->host.node != NULL ? NULL
                                                         : "it has no node";
}

const struct prim_kind prim_host = {
    .name = "host",
    .min_in = 0,
    .max_in = -1,
    .any_type = 1,
    .check = check,
};

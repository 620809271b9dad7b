#include "prune/criterion.h"

#include <string.h>

#include "graph/op.h"

#define ROW(name) extern const struct criterion criterion_##name;
#include "prune/criteria.tbl"
#undef ROW

#define ROW(name) &criterion_##name,
static const struct criterion *const all[] = {
#include "prune/criteria.tbl"
};
#undef ROW

const struct criterion *const *criterion_all(int *n)
{
    *n = (int)(sizeof all / sizeof *all);
    return all;
}

const struct criterion *criterion_find(const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    return NULL;
}

int criterion_channel_axis(const struct graph *g, const struct node *n)
{
    if (n->op && n->op->traits & OP_CONV)
        return 1;
    const struct value *x = node_in(g, n, 0);
    return x && x->shape.rank > 0 ? x->shape.rank - 1 : 0;
}

#include "prune/technique.h"

#include <string.h>

#define ROW(name) extern const struct technique technique_##name;
#include "prune/techniques.tbl"
#undef ROW

#define ROW(name) &technique_##name,
static const struct technique *const all[] = {
#include "prune/techniques.tbl"
};
#undef ROW

const struct technique *const *technique_all(int *n)
{
    *n = (int)(sizeof all / sizeof *all);
    return all;
}

const struct technique *technique_find(const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(all[i]->name, name))
            return all[i];
    return NULL;
}

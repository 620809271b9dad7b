#include "executor/executor.h"

#include <stddef.h>
#include <string.h>

#define ROW(name) extern const struct executor executor_##name;
#include "executor/executors.tbl"
#undef ROW

static const struct executor *const executors[] = {
#define ROW(name) &executor_##name,
#include "executor/executors.tbl"
#undef ROW
};

const struct executor *executor_find(const char *name)
{
    for (size_t i = 0; i < sizeof executors / sizeof *executors; i++)
        if (!strcmp(executors[i]->name, name))
            return executors[i];
    return NULL;
}

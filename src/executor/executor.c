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

/* One for each row. */
enum {
#define ROW(name) INDEX_##name,
#include "executor/executors.tbl"
#undef ROW
    N_EXECUTORS
};

const struct executor *executor_find(const char *name)
{
    for (size_t i = 0; i < N_EXECUTORS; i++)
        if (!strcmp(executors[i]->name, name))
            return executors[i];
    return NULL;
}

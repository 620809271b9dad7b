#include "ops/table.h"

#include <string.h>

#define ROW(name) extern const struct op op_##name;
#include "ops/ops.tbl"
#undef ROW

typedef const struct op *row;

static const row table[] = {
#define ROW(name) &op_##name,
#include "ops/ops.tbl"
#undef ROW
};

const struct op *ops_find(const char *domain, const char *name, int64_t opset)
{
    if (strcmp(domain, "ai.onnx") == 0)
        domain = "";
    for (size_t i = 0; i < sizeof table / sizeof(row); i++)
        if (strcmp(table[i]->name, name) == 0 &&
            strcmp(table[i]->domain, domain) == 0)
            return opset >= table[i]->since ? table[i] : NULL;
    return NULL;
}

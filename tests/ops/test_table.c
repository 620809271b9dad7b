#include "net.h"

Test(table, finds_by_domain_name_and_opset)
{
    cr_assert_str_eq(ops_find("", "Conv", 13)->name, "Conv");
    cr_assert_eq(ops_find("ai.onnx", "Conv", 13), ops_find("", "Conv", 13));
    cr_assert_null(ops_find("com.microsoft", "Conv", 13));
    cr_assert_null(ops_find("", "conv", 13));
    cr_assert_null(ops_find("", "HardSwish", 13));
    cr_assert_not_null(ops_find("", "HardSwish", 14));
}

Test(table, rows_are_whole)
{
#define ROW(row)                                                              \
    {                                                                         \
        extern const struct op op_##row;                                     \
        cr_assert(op_##row.lower || op_##row.host ||                         \
                  op_##row.infer, #row);                                     \
        cr_assert_eq(ops_find(op_##row.domain, op_##row.name, 22),          \
                     &op_##row);                                             \
        cr_assert(op_##row.max_inputs < 0 ||                                 \
                  op_##row.max_inputs >= op_##row.min_inputs);              \
    }
#include "ops/ops.tbl"
#undef ROW
}

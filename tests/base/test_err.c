#include "base/err.h"

#include <criterion/criterion.h>
#include <string.h>

Test(err, first_error_wins)
{
    struct prune_error e = {0};
    cr_assert_eq(err_set(&e, PRUNE_E_INPUT, "a %d", 1), PRUNE_E_INPUT);
    cr_assert_eq(err_set(&e, PRUNE_E_USAGE, "b"), PRUNE_E_USAGE);
    cr_assert_eq(e.code, PRUNE_E_INPUT);
    cr_assert_str_eq(e.text, "a 1");
}

Test(err, is_one_line_and_cut)
{
    char lots[2000];
    memset(lots, 'x', sizeof lots);
    lots[1999] = 0;
    lots[3] = '\n';
    struct prune_error e = {0};
    err_set(&e, PRUNE_E_FAILED, "%s", lots);
    cr_assert_null(strchr(e.text, '\n'));
    cr_assert_eq(strlen(e.text), sizeof e.text - 1);
}

Test(err, prefix_names_the_place)
{
    struct prune_error e = {0};
    err_set(&e, PRUNE_E_INPUT, "damaged");
    err_prefix(&e, "%s", "m.onnx");
    cr_assert_eq(e.code, PRUNE_E_INPUT);
    err_prefix(NULL, "%s", "nowhere");
    cr_assert_str_eq(e.text, "m.onnx: damaged");
}

Test(err, codes_map_to_exit_statuses)
{
    cr_assert_eq(prune_error_status(0), 0);
    cr_assert_eq(prune_error_status(PRUNE_E_TARGET), 4);
    cr_assert_eq(prune_error_status(PRUNE_E_INPUT), 3);
    cr_assert_str_eq(prune_error_slug(PRUNE_E_NOTHING), "nothing-to-prune");
    cr_assert_eq(prune_error_status(-99), 1);
}

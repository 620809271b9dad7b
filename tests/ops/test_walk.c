#include <criterion/criterion.h>

#include "ops/walk.h"

static struct shape shape(int rank, const int64_t *dims)
{
    struct shape s = {.rank = rank};
    for (int i = 0; i < rank; i++)
        s.dims[i] = dims[i];
    return s;
}

#define S(...)                                                                \
    shape((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),          \
          (int64_t[]){__VA_ARGS__})

Test(walk, equal_shapes_are_one_row)
{
    struct shape s = S(2, 3, 4);
    struct walk w;
    cr_assert(walk_begin(&w, &s, (const struct shape *[]){&s, &s}, 2));
    cr_assert_eq(w.row, 24);
    cr_assert_eq(w.step[0], 1);
    cr_assert_not(walk_next(&w));
}

Test(walk, a_channel_is_repeated_along_its_row)
{
    struct shape x = S(1, 3, 2, 2), k = S(3, 1, 1);
    struct walk w;
    cr_assert(walk_begin(&w, &x, (const struct shape *[]){&x, &k}, 2));
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(w.row, 4);
        cr_assert_eq(w.step[1], 0);
        cr_assert_eq(w.at[0], 4 * i);
        cr_assert_eq(w.at[1], i);
        cr_assert_eq(walk_next(&w), i < 2);
    }
}

Test(walk, rows_and_columns_make_a_table)
{
    struct shape to = S(2, 3), a = S(2, 1), b = S(1, 3);
    struct walk w;
    cr_assert(walk_begin(&w, &to, (const struct shape *[]){&a, &b}, 2));
    cr_assert_eq(w.row, 3);
    cr_assert_eq(w.step[0], 0);
    cr_assert_eq(w.step[1], 1);
    cr_assert(walk_next(&w));
    cr_assert_eq(w.at[0], 1);
    cr_assert_eq(w.at[1], 0);
    cr_assert_not(walk_next(&w));
}

Test(walk, scalars_are_a_row_and_nothing_is_none)
{
    struct shape scalar = {.rank = 0}, none = S(2, 0, 3);
    struct walk w;
    cr_assert(walk_begin(&w, &scalar, (const struct shape *[]){&scalar}, 1));
    cr_assert_eq(w.row, 1);
    cr_assert_not(walk_next(&w));
    cr_assert_not(walk_begin(&w, &none, (const struct shape *[]){&none}, 1));
}

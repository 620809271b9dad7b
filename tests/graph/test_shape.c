#include "build.h"

Test(shape, counts_and_refuses_overflow)
{
    struct shape s = SHAPE(2, 3, 4);
    cr_assert_eq(shape_numel(&s), 24);
    cr_assert_eq(shape_span(&s, 1, 3), 12);
    cr_assert_eq(shape_span(&s, 1, 1), 1);
    s = (struct shape){.rank = 0};
    cr_assert_eq(shape_numel(&s), 1);
    s = SHAPE_UNKNOWN;
    cr_assert_eq(shape_numel(&s), -1);
    s = SHAPE(2, -1);
    cr_assert_eq(shape_numel(&s), -1);
    s = SHAPE(INT64_MAX, INT64_MAX);
    cr_assert_eq(shape_numel(&s), -1);
    s = SHAPE(INT64_MAX, 0);
    cr_assert_eq(shape_numel(&s), 0);
    s = SHAPE(INT64_MAX, INT64_MAX, 0);
    cr_assert_eq(shape_numel(&s), -1);
}

Test(shape, broadcasts_as_numpy_does)
{
    struct prune_error e = {0};
    struct shape a = SHAPE(4, 1, 3), b = SHAPE(5, 1), out;
    cr_assert_eq(shape_broadcast(&out, &a, &b, &e), 0);
    struct shape want = SHAPE(4, 5, 3);
    cr_assert(shape_equal(&out, &want));
    struct shape scalar = {.rank = 0};
    cr_assert_eq(shape_broadcast(&out, &a, &scalar, &e), 0);
    cr_assert(shape_equal(&out, &a));
    b = SHAPE(2, 3);
    want = SHAPE(4, 2, 3);
    cr_assert_eq(shape_broadcast(&out, &a, &b, &e), 0);
    cr_assert(shape_equal(&out, &want));
    b = SHAPE(4, 2);
    cr_assert_eq(shape_broadcast(&out, &a, &b, &e), PRUNE_E_INPUT);
    cr_assert_str_eq(e.text, "shapes 4x1x3 and 4x2 do not fit each other");
    a = SHAPE(0, 3);
    b = SHAPE(1, 3);
    cr_assert_eq(shape_broadcast(&out, &a, &b, NULL), 0);
    cr_assert_eq(out.dims[0], 0);
}

Test(shape, has_a_text_of_bounded_length)
{
    char text[96];
    struct shape s = SHAPE(1, -1, 224);
    cr_assert_str_eq(shape_text(&s, text), "1x?x224");
    s = (struct shape){.rank = 0};
    cr_assert_str_eq(shape_text(&s, text), "scalar");
    s.rank = 8;
    for (int i = 0; i < 8; i++)
        s.dims[i] = INT64_MAX;
    cr_assert_leq(strlen(shape_text(&s, text)), 95);
}

Test(shape, counts_axes_from_the_end)
{
    cr_assert_eq(shape_axis(4, -1), 3);
    cr_assert_eq(shape_axis(4, 3), 3);
    cr_assert_eq(shape_axis(4, 4), -1);
    cr_assert_eq(shape_axis(4, -5), -1);
    cr_assert_eq(shape_axis(0, 0), -1);
}

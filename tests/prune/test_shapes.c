#include <criterion/criterion.h>
#include <string.h>

#include "prune/shapes.h"

Test(shapes, reads_names_and_sizes)
{
    struct shapes s;
    cr_assert_eq(shapes_parse(&s, "", NULL), 0);
    cr_assert_eq(s.n, 0);
    cr_assert_eq(shapes_parse(&s, "x=1x3x224x224,a=b=10", NULL), 0);
    cr_assert_eq(s.n, 2);
    cr_assert_str_eq(s.items[0].input, "x");
    cr_assert_eq(s.items[0].shape.rank, 4);
    cr_assert_eq(s.items[0].shape.dims[3], 224);
    cr_assert_str_eq(s.items[1].input, "a=b");
    cr_assert_eq(s.items[1].shape.dims[0], 10);
}

Test(shapes, refuses_what_it_cannot_read)
{
    const char *bad[] = {"x", "x=", "=1", "x=1x", "x=0", "x=-1", "x=1x2y",
                         "x=1x1x1x1x1x1x1x1x1", "x=99999999999",
                         "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct shapes s;
        struct prune_error e = {0};
        cr_assert_eq(shapes_parse(&s, bad[i], &e), PRUNE_E_USAGE, "%s",
                     bad[i]);
        cr_assert_not_null(strstr(e.text, "shape"));
    }
}

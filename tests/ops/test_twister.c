#include <criterion/criterion.h>

#include "ops/twister.h"

static void next_is(struct twister *t, double want)
{
    double x = twister_uniform(t);
    cr_assert_float_eq(x, want, 1e-15, "%.17g", x);
}

/* What numpy.random.RandomState(seed).uniform() gives. */
Test(twister, agrees_with_numpy)
{
    struct twister t;
    twister_init(&t, 0);
    next_is(&t, 0.5488135039273248);
    next_is(&t, 0.7151893663724195);
    next_is(&t, 0.6027633760716439);
    twister_init(&t, 1234);
    next_is(&t, 0.1915194503788923);
    for (int i = 0; i < 998; i++)
        (void)twister_uniform(&t);
    next_is(&t, 0.4772453753499617);
}

#include "base/alloc.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(alloc, refuses_sizes_that_overflow)
{
    cr_assert_null(mem_calloc(SIZE_MAX / 2, 4));
    cr_assert_null(mem_array(NULL, SIZE_MAX / 2, 4));
    cr_assert_null(mem_aligned(SIZE_MAX, 1));
}

Test(alloc, is_zeroed_and_aligned)
{
    unsigned char *p = mem_aligned(100, 1);
    cr_assert_eq((uintptr_t)p % 64, 0);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(p[i], 0);
    mem_free(p);
}

Test(alloc, fails_when_told)
{
    mem_fail_after(1);
    void *a = mem_new(8), *b = mem_new(8);
    cr_assert_not_null(a);
    cr_assert_null(b);
    cr_assert(mem_failed());
    mem_fail_after(-1);
    mem_free(a);
}

Test(alloc, printf_gives_fresh_text)
{
    char *s = mem_printf("%s-%d", "conv", 3);
    cr_assert_str_eq(s, "conv-3");
    mem_free(s);
}

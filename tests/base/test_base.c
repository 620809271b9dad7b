/* The small files of base: arena, buf, rng, sha256, json. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/sha256.h"

Test(arena, hands_out_zeroed_memory_up_to_its_limit)
{
    struct arena a = {.limit = 100000};
    char *p = arena_calloc(&a, 70000, 1);
    cr_assert_not_null(p);
    cr_assert_eq(p[69999], 0);
    cr_assert_str_eq(arena_strdup(&a, "name"), "name");
    cr_assert_null(arena_calloc(&a, 70000, 1));
    arena_done(&a);
    cr_assert_eq(a.total, 0);
}

Test(buf, stops_at_its_ceiling_and_stays_bad)
{
    struct buf b = {.ceiling = 8};
    cr_assert_eq(buf_puts(&b, "12345678"), 0);
    cr_assert_eq(buf_puts(&b, "9"), -1);
    cr_assert_eq(buf_puts(&b, ""), -1);
    cr_assert_null(buf_take(&b));
}

Test(buf, survives_want_of_memory)
{
    struct buf b = {0};
    mem_fail_after(0);
    cr_assert_eq(buf_puts(&b, "x"), -1);
    mem_fail_after(-1);
    buf_done(&b);
}

Test(rng, repeats_and_looks_normal)
{
    struct rng a, b;
    rng_init(&a, 7);
    rng_init(&b, 7);
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; i++) {
        float x = rng_normal(&a);
        cr_assert_eq(x, rng_normal(&b));
        sum += x;
        squares += (double)x * x;
    }
    cr_assert_lt(fabs(sum / 20000), 0.03);
    cr_assert_lt(fabs(squares / 20000 - 1), 0.05);
    for (int i = 0; i < 1000; i++)
        cr_assert_lt(rng_below(&a, 7), 7);
}

Test(sha256, knows_the_standard_vector)
{
    char hex[SHA256_HEX];
    sha256_of("abc", 3, hex);
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb41"
                          "0ff61f20015ad");
}

Test(json, writes_reals_as_people_do)
{
    json_t *o = json_object();
    json_put_real(o, "x", 0.1);
    cr_assert_eq(json_put_real(o, "y", NAN), -1);
    char *text = json_dump(o);
    cr_assert_str_eq(text, "{\"x\":0.1}");
    mem_free(text);
    json_decref(o);
}

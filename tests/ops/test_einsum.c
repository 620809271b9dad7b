#include "host.h"
#include "net.h"

static void einsum(const char *equation, const char *a, const char *b,
                   const char *shape, const float *want)
{
    const float x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const float y[] = {1, 0, -1, 2, 1, 1, 3, -2};
    struct host_test t = host_begin("Einsum", "", 12, b ? 2 : 1, 1);
    host_text(&t, "equation", equation);
    host_f32(&t, 0, a, x);
    if (b)
        host_f32(&t, 1, b, y);
    host_call(&t);
    host_gives_f32(&t, 0, shape, want);
    host_end(&t);
}

Test(einsum, one_operand)
{
    einsum("ij->ji", "2x3", NULL, "3x2", (float[]){1, 4, 2, 5, 3, 6});
    einsum("ij", "2x2", NULL, "2x2", (float[]){1, 2, 3, 4});
    einsum("ji", "2x2", NULL, "2x2", (float[]){1, 3, 2, 4});
    einsum("ij->i", "2x3", NULL, "2", (float[]){6, 15});
    einsum("ii->i", "2x2", NULL, "2", (float[]){1, 4});
    einsum("...ii->...i", "2x2x2", NULL, "2x2", (float[]){1, 4, 5, 8});
    einsum("ij->", "2x3", NULL, "", (float[]){21});
}

Test(einsum, two_operands)
{
    einsum("i,i", "3", "3", "", (float[]){-2});
    einsum("ij , jk -> ik", "2x2", "2x2", "2x2", (float[]){-1, 4, -1, 8});
    einsum("i,j->ij", "2", "2", "2x2", (float[]){1, 0, 2, 0});
    einsum("...ij,jk->...ik", "2x1x2", "2x2", "2x1x2",
           (float[]){-1, 4, -1, 8});
    einsum("...,...", "2x2", "2", "2x2", (float[]){1, 0, 3, 0});
}

static void bad(const char *equation)
{
    struct host_test t = host_begin("Einsum", "", 12, 2, 1);
    host_text(&t, "equation", equation);
    host_f32(&t, 0, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    host_f32(&t, 1, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT, "%s", equation);
    host_end(&t);
}

Test(einsum, what_does_not_fit)
{
    bad("ij,jk->ik");
    bad("ij->ij");
    bad("ij,ij->ik");
    bad("ij,ij->ii");
    bad("i,ij->ij");
    bad("ij,i1->j");
    bad("ij,ij,ij->j");
    bad("......,ij->j");
    bad("abcdefghijklm,ij->j");
    bad("ij,ij-");
}

/* What is lowered gives what the loop gives. */
static void both(const char *equation, const char *a, const char *b)
{
    struct host_test t = host_begin("Einsum", "", 12, 2, 1);
    float x[64], y[64];
    for (int i = 0; i < 64; i++) {
        x[i] = (float)(i * 7 % 11) - 5.0F;
        y[i] = (float)(i * 5 % 13) - 6.0F;
    }
    host_text(&t, "equation", equation);
    host_f32(&t, 0, a, x);
    host_f32(&t, 1, b, y);
    host_call(&t);
    struct graph *g = net_new(12);
    struct shape sa = host_shape(a), sb = host_shape(b);
    int in = net_input(g, sa);
    int w = net_floats(g, sb, y, (size_t)shape_numel(&sb));
    net_node(g, "Einsum", 1, V(in, w));
    net_set_text(g, "equation", equation);
    const struct tensor *want = t.out[0]->tensor;
    net_check(g, want->shape, x, (size_t)shape_numel(&sa), tensor_f32(want),
              (size_t)tensor_numel(want));
    host_end(&t);
}

Test(einsum, products)
{
    both("bhid,bhjd->bhij", "1x2x3x4", "1x2x2x4");
    both("bhij,bhjd->bhid", "1x2x3x4", "1x2x4x2");
    both("bihd,bjhd->bhij", "1x3x2x4", "1x2x2x4");
    both("bhij,bjhd->bihd", "1x2x3x4", "1x4x2x2");
    both("ij,kj->ki", "2x3", "4x3");
    both("abc,cde->abde", "1x2x3", "3x2x2");
    both("i,j->ji", "2", "3");
    both("ij,ij->", "2x3", "2x3");
}

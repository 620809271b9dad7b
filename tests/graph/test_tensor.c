#include "graph/tensor.h"

#include "build.h"

Test(tensor, takes_positions_along_any_axis)
{
    struct tensor *t = NULL, *u = NULL;
    struct shape s = SHAPE(2, 3, 2);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    for (int i = 0; i < 12; i++)
        tensor_f32(t)[i] = (float)i;
    int64_t keep[] = {0, 2};
    cr_assert_eq(tensor_take(&u, t, 1, keep, 2, NULL), 0);
    const float want[] = {0, 1, 4, 5, 6, 7, 10, 11};
    cr_assert_eq(u->shape.dims[1], 2);
    cr_assert_arr_eq(u->data, want, sizeof want);
    tensor_unref(u);
    int64_t beyond[] = {3};
    cr_assert_eq(tensor_take(&u, t, 1, beyond, 1, NULL), PRUNE_E_FAILED);
    cr_assert_eq(tensor_take(&u, t, 3, keep, 1, NULL), PRUNE_E_FAILED);
    cr_assert_eq(tensor_take(&u, t, 0, keep, 0, NULL), 0);
    cr_assert_eq(u->size, 0);
    tensor_unref(u);
    tensor_unref(t);
}

Test(tensor, refuses_what_is_too_large_before_taking_memory)
{
    struct tensor *t = NULL;
    struct prune_error e = {0};
    struct shape s = SHAPE(INT64_MAX / 2, 4);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "too large"));
    s = SHAPE(TENSOR_MAX_BYTES);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), PRUNE_E_INPUT);
    s = SHAPE(2, -1);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), PRUNE_E_INPUT);
    s = SHAPE(2);
    cr_assert_eq(tensor_new(&t, DTYPE_STRING, &s, NULL), PRUNE_E_UNSUPPORTED);
    cr_assert_null(t);
}

Test(tensor, is_copied_only_when_others_hold_it)
{
    struct tensor *t = NULL;
    struct shape s = SHAPE(2);
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &s, NULL), 0);
    struct tensor *mine = t;
    cr_assert_eq(tensor_own(&mine, NULL), 0);
    cr_assert_eq(mine, t);
    tensor_ref(t);
    cr_assert_eq(tensor_own(&mine, NULL), 0);
    cr_assert_neq(mine, t);
    tensor_f32(mine)[1] = -0.0f;
    tensor_f32(t)[1] = 5;
    cr_assert_eq(tensor_nonzeros(mine), 0);
    cr_assert_eq(tensor_nonzeros(t), 1);
    tensor_unref(mine);
    tensor_unref(t);
}

static int owner_left;

static void leave(void *owner)
{
    cr_assert_eq(owner, &owner_left);
    owner_left++;
}

Test(tensor, lets_go_of_the_owner_of_borrowed_data)
{
    int32_t data[] = {-7};
    struct tensor *t = mem_new(sizeof *t);
    *t = (struct tensor){.dtype = DTYPE_I32, .refs = 1, .borrowed = 1,
                         .data = data, .size = 4, .owner = &owner_left,
                         .owner_unref = leave};
    cr_assert_eq(tensor_int(t, 0), -7);
    cr_assert_eq(tensor_own(&t, NULL), 0);
    cr_assert_eq(owner_left, 1);
    cr_assert_neq((void *)t->data, (void *)data);
    cr_assert_eq(tensor_int(t, 0), -7);
    tensor_unref(t);
    cr_assert_eq(owner_left, 1);
}

Test(tensor, survives_want_of_memory)
{
    struct shape s = SHAPE(3, 3);
    int rc = -1;
    for (long i = 0; rc && i < 20; i++) {
        struct tensor *t = NULL, *u = NULL;
        int64_t keep[] = {1};
        mem_fail_after(i);
        rc = tensor_new(&t, DTYPE_F32, &s, NULL);
        if (!rc)
            rc = tensor_take(&u, t, 0, keep, 1, NULL);
        if (!rc)
            rc = tensor_own(&u, NULL);
        mem_fail_after(-1);
        cr_assert(rc == 0 || rc == PRUNE_E_MEMORY);
        tensor_unref(t);
        tensor_unref(u);
    }
    cr_assert_eq(rc, 0);
}

#include "host.h"

/* covers: ops/sequence_construct ops/sequence_empty ops/sequence_insert
 * covers: ops/sequence_erase ops/sequence_at ops/sequence_length
 * covers: ops/split_to_sequence ops/concat_from_sequence ops/optional
 * covers: ops/optional_get_element ops/optional_has_element
 * covers: ops/sequence_construct ops/sequence_insert ops/sequence_at */

/* A sequence of n scalars 0, 10, 20 … as input i. */
static void give_sequence(struct host_test *t, int i, int n)
{
    struct datum *items[8] = {0};
    for (int k = 0; k < n; k++) {
        float x = 10.0F * (float)k;
        cr_assert_eq(datum_tensor(&items[k],
                                  host_tensor(DTYPE_F32, "", &x), NULL), 0);
    }
    cr_assert_eq(datum_sequence(&t->in[i], items, n, NULL), 0);
    for (int k = 0; k < n; k++)
        datum_unref(items[k]);
}

static float item(const struct host_test *t, int64_t at)
{
    cr_assert_eq(t->out[0]->kind, DATUM_SEQUENCE);
    cr_assert_lt(at, t->out[0]->n);
    return tensor_f32(t->out[0]->items[at]->tensor)[0];
}

Test(sequences, construct_and_empty)
{
    struct host_test t = host_begin("SequenceConstruct", "", 11, 2, 1);
    host_f32(&t, 0, "1", (float[]){1});
    host_f32(&t, 1, "2", (float[]){2, 3});
    host_call(&t);
    cr_assert_eq(t.out[0]->n, 2);
    cr_assert_eq(item(&t, 1), 2);
    host_end(&t);
    t = host_begin("SequenceEmpty", "", 11, 0, 1);
    host_call(&t);
    cr_assert_eq(t.out[0]->kind, DATUM_SEQUENCE);
    cr_assert_eq(t.out[0]->n, 0);
    host_end(&t);
}

static void insert(int64_t at, int64_t want)
{
    struct host_test t = host_begin("SequenceInsert", "", 11, 3, 1);
    give_sequence(&t, 0, 3);
    host_f32(&t, 1, "", (float[]){7});
    host_i64(&t, 2, "", &at);
    host_call(&t);
    cr_assert_eq(t.out[0]->n, 4);
    for (int64_t i = 0, k = 0; i < 4; i++)
        cr_assert_eq(item(&t, i), i == want ? 7.0F : 10.0F * (float)k++);
    host_end(&t);
}

Test(sequences, insert)
{
    insert(0, 0);
    insert(3, 3);
    insert(-1, 2);
    insert(-3, 0);
}

Test(sequences, insert_at_the_end_unless_told)
{
    struct host_test t = host_begin("SequenceInsert", "", 11, 2, 1);
    give_sequence(&t, 0, 1);
    host_f32(&t, 1, "", (float[]){7});
    host_call(&t);
    cr_assert_eq(item(&t, 1), 7);
    host_end(&t);
}

Test(sequences, a_position_outside_is_refused)
{
    struct host_test t = host_begin("SequenceInsert", "", 11, 3, 1);
    give_sequence(&t, 0, 2);
    host_f32(&t, 1, "", (float[]){7});
    host_i64(&t, 2, "", (int64_t[]){3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 2, "", (int64_t[]){-3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("SequenceAt", "", 11, 2, 1);
    give_sequence(&t, 0, 2);
    host_i64(&t, 1, "", (int64_t[]){2});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "", (int64_t[]){INT64_MIN});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
    t = host_begin("SequenceErase", "", 11, 1, 1);
    give_sequence(&t, 0, 0);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(sequences, erase_at_length)
{
    struct host_test t = host_begin("SequenceErase", "", 11, 2, 1);
    give_sequence(&t, 0, 3);
    host_i64(&t, 1, "", (int64_t[]){-2});
    host_call(&t);
    cr_assert_eq(t.out[0]->n, 2);
    cr_assert_eq(item(&t, 1), 20);
    host_end(&t);
    t = host_begin("SequenceErase", "", 11, 1, 1);
    give_sequence(&t, 0, 3);
    host_call(&t);
    cr_assert_eq(item(&t, 1), 10);
    host_end(&t);
    t = host_begin("SequenceAt", "", 11, 2, 1);
    give_sequence(&t, 0, 3);
    host_give(&t, 1, DTYPE_I32, "", (int32_t[]){-1});
    host_call(&t);
    host_gives_f32(&t, 0, "", (float[]){20});
    host_end(&t);
    t = host_begin("SequenceLength", "", 11, 1, 1);
    give_sequence(&t, 0, 3);
    host_call(&t);
    host_gives_i64(&t, 0, "", (int64_t[]){3});
    host_end(&t);
}

static void part_is(const struct host_test *t, int64_t at, const char *shape,
                    const float *want)
{
    const struct tensor *x = t->out[0]->items[at]->tensor;
    struct shape s = host_shape(shape);
    cr_assert(shape_equal(&x->shape, &s));
    cr_assert(memcmp(x->data, want, x->size) == 0);
}

Test(sequences, split)
{
    const float x[] = {1, 2, 3, 4, 5, 6};
    struct host_test t = host_begin("SplitToSequence", "", 11, 2, 1);
    host_int(&t, "axis", 1);
    host_f32(&t, 0, "2x3", x);
    host_i64(&t, 1, "", (int64_t[]){2});
    host_call(&t);
    cr_assert_eq(t.out[0]->n, 2);
    part_is(&t, 0, "2x2", (float[]){1, 2, 4, 5});
    part_is(&t, 1, "2x1", (float[]){3, 6});
    host_i64(&t, 1, "2", (int64_t[]){1, 2});
    host_call(&t);
    part_is(&t, 1, "2x2", (float[]){2, 3, 5, 6});
    host_i64(&t, 1, "2", (int64_t[]){1, 3});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_i64(&t, 1, "", (int64_t[]){0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(sequences, split_into_single_positions)
{
    const float x[] = {1, 2, 3, 4, 5, 6};
    struct host_test t = host_begin("SplitToSequence", "", 11, 1, 1);
    host_int(&t, "axis", -1);
    host_int(&t, "keepdims", 0);
    host_f32(&t, 0, "2x3", x);
    host_call(&t);
    cr_assert_eq(t.out[0]->n, 3);
    part_is(&t, 2, "2", (float[]){3, 6});
    host_end(&t);
}

Test(sequences, concat)
{
    struct host_test t = host_begin("SplitToSequence", "", 11, 2, 1);
    host_int(&t, "axis", 1);
    host_f32(&t, 0, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    host_i64(&t, 1, "", (int64_t[]){2});
    host_call(&t);
    struct host_test u = host_begin("ConcatFromSequence", "", 11, 1, 1);
    host_int(&u, "axis", 1);
    u.in[0] = datum_ref(t.out[0]);
    host_call(&u);
    host_gives_f32(&u, 0, "2x3", (float[]){1, 2, 3, 4, 5, 6});
    host_int(&u, "new_axis", 1);
    cr_assert_eq(host_try(&u), PRUNE_E_INPUT); /* they are not alike */
    host_end(&u);
    host_end(&t);
}

Test(sequences, stack)
{
    struct host_test t = host_begin("ConcatFromSequence", "", 11, 1, 1);
    host_int(&t, "axis", -1);
    host_int(&t, "new_axis", 1);
    give_sequence(&t, 0, 3);
    host_call(&t);
    host_gives_f32(&t, 0, "3", (float[]){0, 10, 20});
    datum_unref(t.in[0]);
    t.in[0] = NULL;
    give_sequence(&t, 0, 0);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(sequences, optionals)
{
    const unsigned char yes = 1, no = 0;
    struct host_test none = host_begin("Optional", "", 15, 0, 1);
    host_call(&none);
    cr_assert_eq(none.out[0]->kind, DATUM_NONE);
    struct host_test t = host_begin("OptionalHasElement", "", 15, 1, 1);
    t.in[0] = datum_ref(none.out[0]);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "", &no);
    host_f32(&t, 0, "1", (float[]){4});
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "", &yes);
    host_end(&t);
    t = host_begin("OptionalGetElement", "", 15, 1, 1);
    t.in[0] = datum_ref(none.out[0]);
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_f32(&t, 0, "1", (float[]){4});
    host_call(&t);
    host_gives_f32(&t, 0, "1", (float[]){4});
    host_end(&t);
    host_end(&none);
    t = host_begin("Optional", "", 15, 1, 1);
    give_sequence(&t, 0, 2);
    host_call(&t);
    cr_assert_eq(t.out[0]->kind, DATUM_SEQUENCE);
    host_end(&t);
    t = host_begin("OptionalHasElement", "", 18, 0, 1);
    host_call(&t);
    host_gives_data(&t, 0, DTYPE_BOOL, "", &no);
    host_end(&t);
}

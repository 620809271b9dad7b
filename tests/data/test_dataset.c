/* covers: data/npy data/npz data/idx data/dataset */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "data/data.h"
#include "data/idx.h"
#include "data/npy.h"
#include "data/npz.h"

static char folder[64];

static void setup(void)
{
    strcpy(folder, "/tmp/prune-data-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void teardown(void)
{
    unlink("d.npz");
    unlink("a.npy");
    unlink("i.gz");
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0, "a temporary file was left behind");
}

TestSuite(data, .init = setup, .fini = teardown);

/* x [n, 2, 3] of bytes counting up, y [n] counting down. */
static void make_arrays(struct tensor *t[2], int64_t n)
{
    struct shape sx = {3, {n, 2, 3}}, sy = {1, {n}};
    cr_assert_eq(tensor_new(&t[0], DTYPE_U8, &sx, NULL), 0);
    cr_assert_eq(tensor_new(&t[1], DTYPE_I64, &sy, NULL), 0);
    for (int64_t i = 0; i < n * 6; i++)
        ((unsigned char *)t[0]->data)[i] = (unsigned char)i;
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)t[1]->data)[i] = n - i;
}

static void write_npz(const char *x, const char *y, int64_t n)
{
    struct tensor *t[2];
    make_arrays(t, n);
    const char *names[] = {x, y};
    struct prune_error e = {0};
    cr_assert_eq(npz_write("d.npz", names, t, 2, &e), 0, "%s", e.text);
    tensor_unref(t[0]);
    tensor_unref(t[1]);
}

Test(data, npz_returns_what_was_written)
{
    write_npz("x_test", "y_test", 7);
    struct npz *z;
    struct prune_error e = {0};
    cr_assert_eq(npz_open(&z, "d.npz", &e), 0, "%s", e.text);
    cr_assert(npz_has(z, "y_test"));
    cr_assert(!npz_has(z, "x_train"));
    struct tensor *t;
    cr_assert_eq(npz_read(&t, z, "x_test", &e), 0, "%s", e.text);
    cr_assert_eq(t->shape.rank, 3);
    cr_assert_eq(t->shape.dims[0], 7);
    cr_assert_eq(((unsigned char *)t->data)[41], 41);
    tensor_unref(t);
    npz_close(z);
}

Test(data, same_arrays_give_the_same_bytes)
{
    struct file_map a = {0}, b = {0};
    write_npz("x", "y", 5);
    cr_assert_eq(file_map(&a, "d.npz", 0, NULL), 0);
    unsigned char *copy = mem_calloc(a.size, 1);
    size_t size = a.size;
    memcpy(copy, a.data, size);
    file_unmap(&a);
    write_npz("x", "y", 5);
    cr_assert_eq(file_map(&b, "d.npz", 0, NULL), 0);
    cr_assert_eq(b.size, size);
    cr_assert_eq(memcmp(b.data, copy, size), 0);
    file_unmap(&b);
    mem_free(copy);
}

Test(data, every_fifth_sample_is_held_back)
{
    write_npz("x", "y", 11);
    struct dataset *d;
    struct data_settings s = {.scale = 1};
    struct prune_error e = {0};
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), 0, "%s", e.text);
    cr_assert_eq(dataset_train(d)->n, 2);
    cr_assert_eq(dataset_test(d)->n, 9);
    float x[6];
    int64_t y;
    cr_assert_eq(data_read(dataset_train(d), 1, 1, x, &y, &e), 0);
    cr_assert_eq(x[0], 9 * 6);
    cr_assert_eq(y, 11 - 9);
    cr_assert_eq(data_read(dataset_test(d), 4, 1, x, &y, &e), 0);
    cr_assert_eq(y, 11 - 5);
    cr_assert_neq(data_read(dataset_test(d), 9, 1, x, &y, &e), 0);
    dataset_free(d);
}

Test(data, is_normalised_as_asked)
{
    write_npz("x_test", "y_test", 2);
    struct dataset *d;
    struct data_settings s = {.n_mean = 1, .n_std = 1, .layout = "NHW"};
    s.mean[0] = 0.5;
    s.std[0] = 0.25;
    struct prune_error e = {0};
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), 0, "%s", e.text);
    struct shape want = {4, {1, 1, 2, 3}};
    cr_assert_eq(dataset_fit(d, &want, "x", &e), 0, "%s", e.text);
    cr_assert_eq(dataset_sample(d)->rank, 3);
    float x[6];
    cr_assert_eq(data_read(dataset_test(d), 1, 1, x, NULL, &e), 0);
    cr_assert_float_eq(x[2], (8.0f / 255 - 0.5f) / 0.25f, 1e-6);
    dataset_free(d);
}

Test(data, channels_last_become_channels_first)
{
    struct shape sx = {4, {1, 2, 2, 3}};
    struct tensor *t;
    cr_assert_eq(tensor_new(&t, DTYPE_F32, &sx, NULL), 0);
    for (int i = 0; i < 12; i++)
        tensor_f32(t)[i] = (float)i;
    const char *names[] = {"x_test"};
    cr_assert_eq(npz_write("d.npz", names, &t, 1, NULL), 0);
    tensor_unref(t);
    struct dataset *d;
    struct data_settings s = {.n_mean = 3, .n_std = 1, .layout = "NHWC"};
    s.mean[1] = 1;
    s.std[0] = 1;
    struct prune_error e = {0};
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), 0, "%s", e.text);
    cr_assert_eq(dataset_sample(d)->dims[0], 3);
    float x[12];
    int64_t y;
    cr_assert_eq(data_read(dataset_test(d), 0, 1, x, &y, &e), 0);
    cr_assert_eq(x[1], 3);  /* channel 0, second place */
    cr_assert_eq(x[4], 0);  /* channel 1, first place, mean 1 off */
    cr_assert_eq(y, -1);
    dataset_free(d);
}

Test(data, shapes_that_do_not_fit_are_both_named)
{
    write_npz("x_test", "y_test", 2);
    struct dataset *d;
    struct data_settings s = {0};
    struct prune_error e = {0};
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), 0);
    struct shape want = {4, {1, 1, 28, 28}};
    cr_assert_eq(dataset_fit(d, &want, "x", &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "2x3"));
    cr_assert_not_null(strstr(e.text, "1x1x28x28"));
    dataset_free(d);
}

Test(data, damage_is_refused_and_named)
{
    struct dataset *d = NULL;
    struct data_settings s = {0};
    struct prune_error e = {0};
    cr_assert_eq(file_write("d.npz", "PK\3\4rubbish", 11, NULL), 0);
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "d.npz"));
    write_npz("x_other", "y_other", 3);
    e.code = 0;
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), PRUNE_E_INPUT);
    cr_assert_not_null(strstr(e.text, "x_test"));
    e.code = 0;
    write_npz("x_test", "x_train", 3);
    cr_assert_eq(dataset_open(&d, "d.npz", &s, &e), PRUNE_E_INPUT);
    cr_assert_null(d);
}

Test(data, npy_headers_that_lie_are_refused)
{
    static const char *const bad[] = {
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,",
        "{'descr': '<f8', 'fortran_order': False, "
        "'shape': (4000000000, 4000000000), }",
        "{'shape': (2,), }",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned char b[256] = "\x93NUMPY\1";
        b[8] = (unsigned char)strlen(bad[i]);
        memcpy(b + 10, bad[i], strlen(bad[i]));
        struct npy_head h;
        struct prune_error e = {0};
        cr_assert_eq(npy_head_read(&h, b, 10 + strlen(bad[i]), &e),
                     PRUNE_E_INPUT, "%s", bad[i]);
        cr_assert(e.text[0]);
    }
}

Test(data, npy_round_trip)
{
    struct shape s = {2, {2, 2}};
    float v[] = {1, 2, 3, 4};
    struct prune_error e = {0};
    cr_assert_eq(npy_write("a.npy", DTYPE_F32, &s, v, &e), 0, "%s", e.text);
    struct tensor *t;
    cr_assert_eq(npy_read(&t, "a.npy", &e), 0, "%s", e.text);
    cr_assert(shape_equal(&t->shape, &s));
    cr_assert_eq(tensor_f32(t)[3], 4);
    tensor_unref(t);
}

Test(data, idx_is_read_plain_or_gzipped)
{
    static const unsigned char idx[] = {0, 0, 8, 2, 0, 0, 0, 1,
                                        0, 0, 0, 3, 7, 8, 9};
    struct prune_error e = {0};
    struct tensor *t;
    gzFile f = gzopen("i.gz", "wb");
    gzwrite(f, idx, sizeof idx);
    gzclose(f);
    cr_assert_eq(idx_read(&t, "i.gz", &e), 0, "%s", e.text);
    cr_assert_eq(tensor_int(t, 2), 9);
    tensor_unref(t);
    cr_assert_eq(file_write("i.gz", idx, sizeof idx - 1, NULL), 0);
    cr_assert_eq(idx_read(&t, "i.gz", &e), PRUNE_E_INPUT);
}

Test(data, want_of_memory_is_survived)
{
    write_npz("x", "y", 11);
    struct data_settings s = {0};
    for (long i = 0; i < 1000; i++) {
        struct dataset *d = NULL;
        struct prune_error e = {0};
        mem_fail_after(i);
        int rc = dataset_open(&d, "d.npz", &s, &e);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert(rc == 0 || failed);
        dataset_free(d);
        if (!failed)
            return;
    }
    cr_assert_fail("never succeeded");
}

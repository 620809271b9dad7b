#ifndef TESTS_ENGINE_NPY_H
#define TESTS_ENGINE_NPY_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A float32 array of tests/data: version 1 header, little-endian. */
static inline float *read_npy(const char *path, int64_t *n)
{
    unsigned char head[10];
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fread(head, 1, 10, f), 10U);
    cr_assert_eq(memcmp(head, "\x93NUMPY\x01", 7), 0, "%s", path);
    long skip = 10 + head[8] + 256 * head[9];
    cr_assert_eq(fseek(f, 0, SEEK_END), 0);
    *n = (ftell(f) - skip) / 4;
    cr_assert_eq(fseek(f, skip, SEEK_SET), 0);
    float *data = mem_calloc((size_t)*n, sizeof *data);
    cr_assert_not_null(data);
    cr_assert_eq(fread(data, sizeof *data, (size_t)*n, f), (size_t)*n);
    (void)fclose(f);
    return data;
}

#endif

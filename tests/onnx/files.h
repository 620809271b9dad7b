#ifndef TESTS_ONNX_FILES_H
#define TESTS_ONNX_FILES_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "onnx/onnx.h"

/* The test data's folder, or a file in it. */
static inline const char *data_path(char out[static 512], const char *name)
{
    const char *folder = getenv("TEST_DATA");
    snprintf(out, 512, "%s/%s", folder ? folder : "tests/data", name);
    return out;
}

static inline struct file_map data_file(const char *name)
{
    char path[512];
    struct file_map m = {0};
    struct prune_error e = {0};
    cr_assert_eq(file_map(&m, data_path(path, name), 0, &e), 0, "%s", e.text);
    return m;
}

/* Calls f for every file of a folder that ends in `.onnx`; how many. */
static inline int each_model(const char *folder, void (*f)(const char *path))
{
    char path[512], whole[1024];
    DIR *d = opendir(data_path(path, folder));
    cr_assert_not_null(d, "%s", path);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        if (len < 5 || strcmp(e->d_name + len - 5, ".onnx"))
            continue;
        snprintf(whole, sizeof whole, "%s/%s", path, e->d_name);
        f(whole);
        n++;
    }
    closedir(d);
    return n;
}

#endif

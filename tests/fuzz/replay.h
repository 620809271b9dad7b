#ifndef TESTS_FUZZ_REPLAY_H
#define TESTS_FUZZ_REPLAY_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Feeds every file of a folder of the test data to a fuzzer's function. */
typedef int replay_f(const uint8_t *data, size_t size);

static inline void replay_file(const char *path, replay_f *f)
{
    FILE *in = fopen(path, "rb");
    struct stat st;
    if (!in || fstat(fileno(in), &st) || !S_ISREG(st.st_mode)) {
        if (in)
            fclose(in);
        return;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size + 1);
    cr_assert_not_null(data);
    cr_assert_eq(fread(data, 1, size, in), size);
    fclose(in);
    /* A block of just this size, so that ASan sees the end. */
    uint8_t *tight = malloc(size ? size : 1);
    cr_assert_not_null(tight);
    memcpy(tight, data, size);
    free(data);
    cr_expect_eq(f(tight, size), 0, "%s", path);
    free(tight);
}

/* How many there were. */
static inline int replay(const char *folder, replay_f *f)
{
    const char *data = getenv("TEST_DATA");
    char path[1024], file[2048];
    snprintf(path, sizeof path, "%s/%s", data ? data : "tests/data", folder);
    DIR *d = opendir(path);
    cr_assert_not_null(d, "%s", path);
    int n = 0;
    for (struct dirent *e; (e = readdir(d)); n++) {
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        replay_file(file, f);
    }
    closedir(d);
    return n - 2;
}

#endif

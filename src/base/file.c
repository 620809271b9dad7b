#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

/* Names of temporary files not yet renamed, so that an interrupt can take
 * them away. Slots are claimed by compare-and-swap: several threads may
 * write files at once. */
enum { OPEN_FILES = 8 };
static char *volatile open_files[OPEN_FILES];

static void remember(char *temp)
{
    for (int i = 0; i < OPEN_FILES; i++)
        if (__sync_bool_compare_and_swap(&open_files[i], NULL, temp))
            return;
}

static void forget(char *temp)
{
    for (int i = 0; i < OPEN_FILES; i++)
        if (__sync_bool_compare_and_swap(&open_files[i], temp, NULL))
            return;
}

void file_drop_all(void)
{
    for (int i = 0; i < OPEN_FILES; i++)
        if (open_files[i])
            unlink(open_files[i]);
}

static int open_error(struct prune_error *err, const char *path)
{
    return err_set(err, PRUNE_E_INPUT, "%s: %s", path, strerror(errno));
}

static int map_fd(struct file_map *out, int fd, const char *path,
                  uint64_t limit, struct prune_error *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return open_error(err, path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, PRUNE_E_INPUT, "%s: not a regular file", path);
    uint64_t size = (uint64_t)st.st_size;
    if (limit && size > limit)
        return err_set(err, PRUNE_E_INPUT,
                       "%s: %llu bytes, more than the %llu allowed", path,
                       (unsigned long long)size, (unsigned long long)limit);
    if (!size)
        return err_set(err, PRUNE_E_INPUT, "%s: the file is empty", path);
    void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return open_error(err, path);
    *out = (struct file_map){p, (size_t)size};
    return 0;
}

int file_map(struct file_map *out, const char *path, uint64_t limit,
             struct prune_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return open_error(err, path);
    int rc = map_fd(out, fd, path, limit, err);
    close(fd);
    return rc;
}

void file_unmap(struct file_map *m)
{
    if (m->data)
        munmap((void *)(uintptr_t)m->data, m->size);
    *m = (struct file_map){0};
}

static int write_error(struct prune_error *err, const char *path)
{
    return err_set(err, PRUNE_E_FAILED, "%s: cannot write: %s", path,
                   strerror(errno));
}

int file_new_open(struct file_new *out, const char *path,
                  struct prune_error *err)
{
    struct file_new f = {.fd = -1};
    f.path = mem_strdup(path);
    f.temp = mem_printf("%s.XXXXXX", path);
    if (!f.path || !f.temp) {
        file_new_drop(&f);
        return err_memory(err, "a file name");
    }
    f.fd = mkostemp(f.temp, O_CLOEXEC);
    if (f.fd < 0) {
        write_error(err, path);
        mem_free(f.temp);
        f.temp = NULL;
        file_new_drop(&f);
        return PRUNE_E_FAILED;
    }
    remember(f.temp);
    *out = f;
    return 0;
}

int file_new_write(struct file_new *f, const void *bytes, size_t n,
                   struct prune_error *err)
{
    const char *p = bytes;
    while (n) {
        ssize_t k = write(f->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return write_error(err, f->path);
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

static void sync_folder(const char *path)
{
    char *copy = mem_strdup(path);
    if (!copy)
        return;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        /* Some file systems cannot; the rename itself still holds. */
        (void)fsync(fd);
        close(fd);
    }
    mem_free(copy);
}

/* mkstemp makes 0600; a result is as readable as any other new file. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

int file_new_commit(struct file_new *f, struct prune_error *err)
{
    int rc = 0;
    if (fchmod(f->fd, usual_mode()) || fsync(f->fd) ||
        rename(f->temp, f->path)) {
        rc = write_error(err, f->path);
    } else {
        sync_folder(f->path);
        forget(f->temp);
        mem_free(f->temp);
        f->temp = NULL;
    }
    file_new_drop(f);
    return rc;
}

void file_new_drop(struct file_new *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temp) {
        unlink(f->temp);
        forget(f->temp);
    }
    mem_free(f->temp);
    mem_free(f->path);
    *f = (struct file_new){.fd = -1};
}

int file_write(const char *path, const void *bytes, size_t n,
               struct prune_error *err)
{
    struct file_new f;
    int rc = file_new_open(&f, path, err);
    if (rc)
        return rc;
    rc = file_new_write(&f, bytes, n, err);
    if (!rc)
        return file_new_commit(&f, err);
    file_new_drop(&f);
    return rc;
}

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
    *out = (struct file_map){.data = p, .size = (size_t)size};
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

/* One part of a path, the folder `at` closed behind it. */
static int step_below(int at, const char *part, int is_last)
{
    int fd = openat(at, part,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW |
                        (is_last ? 0 : O_DIRECTORY));
    int why = errno;
    close(at);
    errno = why;
    return fd;
}

static int open_below(const char *folder, char *name)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *rest = name;
    while (fd >= 0 && rest) {
        char *part = strsep(&rest, "/");
        if (!*part || !strcmp(part, "..")) {
            close(fd);
            errno = EINVAL;
            return -1;
        }
        fd = step_below(fd, part, !rest);
    }
    return fd;
}

int file_map_below(struct file_map *out, const char *folder, const char *name,
                   struct prune_error *err)
{
    char *copy = mem_strdup(name), *path = mem_printf("%s/%s", folder, name);
    int rc = 0;
    if (!copy || !path) {
        rc = err_memory(err, "a file name");
    } else {
        int fd = open_below(folder, copy);
        if (fd >= 0)
            rc = map_fd(out, fd, path, 0, err);
        else
            rc = errno == ELOOP || errno == EMLINK
                     ? err_set(err, PRUNE_E_INPUT,
                               "%s: a symbolic link is not followed here; "
                               "put the file itself there", path)
                     : open_error(err, path);
        if (fd >= 0)
            close(fd);
    }
    mem_free(copy);
    mem_free(path);
    return rc;
}

void file_unmap(struct file_map *m)
{
    if (m->in_memory)
        mem_free((void *)(uintptr_t)m->data);
    else if (m->data)
        munmap((void *)(uintptr_t)m->data, m->size);
    *m = (struct file_map){0};
}

void file_forget(const struct file_map *m, size_t at, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (m->in_memory || !m->data || at >= m->size)
        return;
    size_t from = at / page * page;
    size_t end = n > m->size - at ? m->size : at + n;
    /* Only advice: on failure the bytes stay where they are. */
    (void)madvise((void *)(uintptr_t)(m->data + from), end - from,
                  MADV_DONTNEED);
}

int file_each_piece(const struct file_map *m, file_piece_f *f, void *payload)
{
    const size_t piece = (size_t)4 << 20;
    int stop = 0;
    for (size_t at = 0; !stop && at < m->size; at += piece) {
        size_t n = m->size - at < piece ? m->size - at : piece;
        stop = f(payload, m->data + at, n);
        file_forget(m, at, n);
    }
    return stop;
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

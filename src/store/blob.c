#include "store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"

static int is_full(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

static int fail(struct prune_error *err, const char *what)
{
    int error = errno;
    err_set(err, PRUNE_E_FAILED, "%s: %s", what, strerror(error));
    return is_full(error) ? BLOB_FULL : PRUNE_E_FAILED;
}

static int sync_folder(const char *path, struct prune_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, path);
    int rc = fsync(fd) ? fail(err, path) : 0;
    close(fd);
    return rc;
}

static int make_folder(const char *path, struct prune_error *err)
{
    if (mkdir(path, 0700) && errno != EEXIST)
        return fail(err, path);
    return 0;
}

int blob_folders(const char *dir, struct prune_error *err)
{
    char *hashes = mem_printf("%s/sha256", dir);
    if (!hashes)
        return err_memory(err, "a path");
    int rc = make_folder(dir, err);
    if (!rc)
        rc = make_folder(hashes, err);
    if (!rc)
        rc = sync_folder(dir, err);
    mem_free(hashes);
    return rc;
}

int blob_room(const char *dir, int64_t bytes, int64_t reserve,
              struct prune_error *err)
{
    struct statvfs fs;
    if (statvfs(dir, &fs))
        return fail(err, dir);
    uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    uint64_t wanted = (uint64_t)bytes + (uint64_t)reserve;
    if (free_bytes >= wanted)
        return 0;
    err_set(err, PRUNE_E_FAILED,
            "%s: %" PRIu64 " bytes are free, %" PRIu64 " are needed", dir,
            free_bytes, wanted);
    return BLOB_FULL;
}

int blob_file_begin(struct blob_file *out, const char *dir,
                    struct prune_error *err)
{
    struct blob_file f = {.fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC,
                                     0400)};
    if (f.fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        f.temp = mem_printf("%s/tmp-XXXXXX", dir);
        if (!f.temp)
            return err_memory(err, "a path");
        f.fd = mkostemp(f.temp, O_CLOEXEC);
    }
    if (f.fd < 0) {
        int rc = fail(err, dir);
        mem_free(f.temp);
        return rc;
    }
    sha256_start(&f.hash);
    *out = f;
    return 0;
}

int blob_file_write(struct blob_file *f, const void *bytes, size_t n,
                    struct prune_error *err)
{
    sha256_add(&f->hash, bytes, n);
    for (const char *p = bytes; n;) {
        ssize_t k = write(f->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return fail(err, "writing the upload");
        p += k;
        n -= (size_t)k;
        f->bytes += k;
    }
    return 0;
}

void blob_file_end(struct blob_file *f)
{
    sha256_end(&f->hash, f->hex);
}

int blob_file_sync(struct blob_file *f, struct prune_error *err)
{
    if (fchmod(f->fd, 0400) || fsync(f->fd))
        return fail(err, "keeping the upload");
    return 0;
}

void blob_file_drop(struct blob_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temp)
        unlink(f->temp);
    mem_free(f->temp);
    f->temp = NULL;
    f->fd = -1;
}

char *blob_path(const char *dir, const char *hex)
{
    return mem_printf("%s/sha256/%.2s/%s", dir, hex, hex);
}

/* Links `from` to the place of `hex`. The folder ab/ and its entry are
 * synced: a row must never be more durable than its file. */
static int link_paths(const char *path, const char *folder,
                      const char *parent, const char *from,
                      struct prune_error *err)
{
    int rc = 0;
    if (mkdir(folder, 0700) == 0)
        rc = sync_folder(parent, err);
    else if (errno != EEXIST)
        rc = fail(err, folder);
    if (!rc && linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) &&
        errno != EEXIST)
        rc = fail(err, path);
    return rc ? rc : sync_folder(folder, err);
}

static int link_at(const char *dir, const char *hex, const char *from,
                   struct prune_error *err)
{
    char *path = blob_path(dir, hex);
    char *folder = mem_printf("%s/sha256/%.2s", dir, hex);
    char *parent = mem_printf("%s/sha256", dir);
    int rc = path && folder && parent
                 ? link_paths(path, folder, parent, from, err)
                 : err_memory(err, "a path");
    mem_free(path);
    mem_free(folder);
    mem_free(parent);
    return rc;
}

int blob_file_link(struct blob_file *f, const char *dir,
                   struct prune_error *err)
{
    char from[32];
    snprintf(from, sizeof from, "/proc/self/fd/%d", f->fd);
    return link_at(dir, f->hex, f->temp ? f->temp : from, err);
}

int blob_file_link_to(const struct blob_file *f, const char *path,
                      struct prune_error *err)
{
    char from[32];
    snprintf(from, sizeof from, "/proc/self/fd/%d", f->fd);
    if (linkat(AT_FDCWD, f->temp ? f->temp : from, AT_FDCWD, path,
               AT_SYMLINK_FOLLOW))
        return fail(err, path);
    return 0;
}

static int hash_fd(int fd, char hex[static SHA256_HEX], int64_t *bytes)
{
    enum { PIECE = 1 << 16 };
    unsigned char *piece = mem_new(PIECE);
    if (!piece) {
        errno = ENOMEM;
        return -1;
    }
    struct sha256 hash;
    sha256_start(&hash);
    ssize_t n;
    *bytes = 0;
    while ((n = read(fd, piece, PIECE)) > 0) {
        sha256_add(&hash, piece, (size_t)n);
        *bytes += n;
    }
    sha256_end(&hash, hex);
    mem_free(piece);
    return n < 0 ? -1 : 0;
}

int blob_take(char hex[static SHA256_HEX], int64_t *bytes, const char *path,
              struct prune_error *err)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(err, path);
    struct stat st;
    int rc = 0;
    if (fstat(fd, &st))
        rc = fail(err, path);
    else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        rc = err_set(err, PRUNE_E_FAILED, "%s: not a file of its own", path);
    else if (hash_fd(fd, hex, bytes) || fchmod(fd, 0400) || fsync(fd))
        rc = fail(err, path);
    close(fd);
    return rc;
}

int blob_link(const char *dir, const char hex[static SHA256_HEX],
              const char *path, struct prune_error *err)
{
    return link_at(dir, hex, path, err);
}

int blob_open(const char *dir, const char *hex)
{
    char *path = blob_path(dir, hex);
    if (!path) {
        errno = ENOMEM;
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    mem_free(path);
    return fd;
}

void blob_unlink(const char *dir, const char *hex)
{
    char *path = blob_path(dir, hex);
    if (path)
        (void)unlink(path); /* what stays is swept at the next start */
    mem_free(path);
}

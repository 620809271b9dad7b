#include "store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/blob.h"

/* mkdir -p; only what is missing is made. */
static int make_path(const char *path)
{
    char *copy = mem_strdup(path);
    if (!copy)
        return -1;
    int rc = 0;
    for (char *p = copy + 1; !rc && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        rc = mkdir(copy, 0700) && errno != EEXIST;
        *p = '/';
    }
    if (!rc)
        rc = mkdir(copy, 0700) && errno != EEXIST;
    int error = errno;
    mem_free(copy);
    errno = error;
    return rc ? -1 : 0;
}

static int fill_paths(struct state *s, const char *dir,
                      struct prune_error *err)
{
    s->dir = realpath(dir, NULL);
    if (!s->dir) {
        err_set(err, PRUNE_E_FAILED, "state directory %s: %s", dir,
                strerror(errno));
        return PRUNE_E_FAILED;
    }
    s->database = mem_printf("%s/pruned.db", s->dir);
    s->blobs = mem_printf("%s/blobs", s->dir);
    s->work = mem_printf("%s/work", s->dir);
    s->measure_lock = mem_printf("%s/measure.lock", s->dir);
    if (s->database && s->blobs && s->work && s->measure_lock)
        return 0;
    err_memory(err, "a path");
    return PRUNE_E_MEMORY;
}

static int held_by_other(int fd, const char *dir, struct prune_error *err)
{
    char pid[32] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
    pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
    return err_set(err, PRUNE_E_FAILED,
                   "state directory %s: another pruned (process %s) uses it; "
                   "stop that one or give another --state-dir",
                   dir, *pid ? pid : "unknown");
}

static int take_lock(struct state *s, struct prune_error *err)
{
    char *path = mem_printf("%s/lock", s->dir);
    if (!path)
        return err_memory(err, "a path");
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    mem_free(path);
    if (s->lock < 0)
        return err_set(err, PRUNE_E_FAILED, "state directory %s: %s", s->dir,
                       strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB))
        return held_by_other(s->lock, s->dir, err);
    char pid[32];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    /* Only the message to a second daemon needs it. */
    if (ftruncate(s->lock, 0) || pwrite(s->lock, pid, (size_t)n, 0) != n)
        return err_set(err, PRUNE_E_FAILED, "state directory %s: %s", s->dir,
                       strerror(errno));
    return 0;
}

int state_open(struct state *out, const char *dir, struct prune_error *err)
{
    struct state s = {.lock = -1};
    int rc = 0;
    if (!*dir || make_path(dir))
        rc = err_set(err, PRUNE_E_FAILED, "state directory %s: %s", dir,
                     *dir ? strerror(errno) : "no name");
    if (!rc)
        rc = fill_paths(&s, dir, err);
    if (!rc)
        rc = take_lock(&s, err);
    if (!rc)
        rc = blob_folders(s.blobs, err);
    if (!rc && mkdir(s.work, 0700) && errno != EEXIST)
        rc = err_set(err, PRUNE_E_FAILED, "%s: %s", s.work, strerror(errno));
    if (rc) {
        state_close(&s);
        return rc;
    }
    *out = s;
    return 0;
}

void state_close(struct state *s)
{
    if (s->lock >= 0)
        close(s->lock);
    free(s->dir); /* realpath's */
    mem_free(s->database);
    mem_free(s->blobs);
    mem_free(s->work);
    mem_free(s->measure_lock);
    *s = (struct state){.lock = -1};
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

int state_remove(const char *path)
{
    enum { OPEN_FOLDERS = 16 };
    int rc = nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    return rc && errno == ENOENT ? 0 : rc;
}

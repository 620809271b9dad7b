/* Workers as child processes of the daemon.
 *
 * Each is the leader of a session and process group of its own, so that a
 * signal reaches all that it starts. It inherits, as descriptor 3, a lock
 * on FOLDER/lock that lasts as long as any process of it lives: whether an
 * old worker still writes is thus a question to the kernel, not to a
 * process number that may have been given to another program. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "executor/environment.h"
#include "executor/executor.h"

struct task {
    uv_process_t process;
    task_end_f *ended;
    void *data;
    int reaped; /* its number may belong to another process by now */
};

static int open_in(const char *folder, const char *name, int flags,
                   struct prune_error *err)
{
    char *path = mem_printf("%s/%s", folder, name);
    if (!path)
        return err_memory(err, "a path");
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        err_set(err, PRUNE_E_FAILED, "%s: %s", path, strerror(errno));
    mem_free(path);
    return fd < 0 ? PRUNE_E_FAILED : fd;
}

static int open_locked(const char *folder, struct prune_error *err)
{
    int fd = open_in(folder, "lock", O_RDWR | O_CREAT, err);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
        err_set(err, PRUNE_E_FAILED, "%s: another worker holds it", folder);
        close(fd);
        return PRUNE_E_FAILED;
    }
    return fd;
}

static void free_task(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void on_ended(uv_process_t *process, int64_t status, int signal)
{
    struct task *task = process->data;
    struct task_end end = {(int)status, signal};
    task->reaped = 1;
    task->ended(task->data, &end);
    uv_close((uv_handle_t *)process, free_task);
}

static int spawn(struct task *task, const struct task_request *r, int log,
                 int lock, struct prune_error *err)
{
    char **env = environment_new(r->threads);
    if (!env)
        return err_memory(err, "a worker");
    char *args[] = {(char *)r->program, (char *)"worker",
                    (char *)r->folder, NULL};
    uv_stdio_container_t io[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = log},
        {.flags = UV_INHERIT_FD, .data.fd = log},
        {.flags = UV_INHERIT_FD, .data.fd = lock},
    };
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = r->program,
        .args = args,
        .env = env,
        .cwd = r->folder,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = 4,
        .stdio = io,
    };
    int rc = uv_spawn(r->loop, &task->process, &options);
    environment_free(env);
    if (rc)
        return err_set(err, PRUNE_E_FAILED, "%s cannot be started: %s",
                       r->program, uv_strerror(rc));
    return 0;
}

/* For reclaim by a later daemon; the lock says whether it is still true. */
static void write_pid(int lock, int pid)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%d\n", pid);
    if (ftruncate(lock, 0) || pwrite(lock, text, (size_t)n, 0) != n)
        return; /* then reclaim waits for the worker's own death signal */
}

static int start(struct task **out, const struct task_request *r,
                 struct prune_error *err)
{
    struct task *task = mem_new(sizeof *task);
    if (!task)
        return err_memory(err, "a worker");
    task->ended = r->ended;
    task->data = r->data;
    int log = open_in(r->folder, "log", O_WRONLY | O_CREAT | O_APPEND, err);
    int lock = log < 0 ? -1 : open_locked(r->folder, err);
    int rc = lock < 0 ? PRUNE_E_FAILED : 0;
    if (rc) {
        mem_free(task);
    } else {
        rc = spawn(task, r, log, lock, err);
        task->process.data = task;
        if (rc)
            uv_close((uv_handle_t *)&task->process, free_task);
        else
            write_pid(lock, task->process.pid);
    }
    if (log >= 0)
        close(log);
    if (lock >= 0)
        close(lock);
    if (!rc)
        *out = task;
    return rc;
}

static void stop(struct task *task, int signal)
{
    if (!task->reaped)
        kill(-task->process.pid, signal);
}

/* The process that holds the lock, or 0 when the file does not say. */
static long read_pid(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    return pid > 1 ? pid : 0;
}

static int reclaim(const char *folder, int wait_ms, struct prune_error *err)
{
    struct prune_error ignored = {0};
    int fd = open_in(folder, "lock", O_RDWR, &ignored);
    if (fd < 0)
        return 0; /* no worker ever began here */
    enum { STEP_MS = 10 };
    int rc = 0;
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB); waited += STEP_MS) {
        if (waited >= wait_ms) {
            rc = err_set(err, PRUNE_E_FAILED,
                         "%s: a worker of an earlier daemon does not end",
                         folder);
            break;
        }
        /* While the lock is held the group exists, so its number cannot
         * have gone to anybody else. */
        long pid = read_pid(fd);
        if (pid)
            kill((pid_t)-pid, SIGKILL);
        usleep(STEP_MS * 1000);
    }
    close(fd);
    return rc;
}

const struct executor executor_local = {
    .name = "local",
    .summary = "child processes on this machine",
    .start = start,
    .stop = stop,
    .reclaim = reclaim,
};

#include "executor/child.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "config.h"
#include "executor/environment.h"

enum { MOST_ERRORS = 16384, PIECE = 65536 };

struct child {
    uv_process_t process;
    uv_pipe_t out, err;
    uv_timer_t timer;
    struct buf out_text, err_text;
    struct child_end end;
    child_end_f *ended;
    void *data;
    int open_handles, waits; /* handles to close; exit and two ends of file */
    char piece[PIECE];
};

static void on_close(uv_handle_t *handle)
{
    struct child *c = handle->data;
    if (--c->open_handles)
        return;
    buf_done(&c->out_text);
    buf_done(&c->err_text);
    mem_free(c);
}

static void close_handle(struct child *c, uv_handle_t *handle)
{
    handle->data = c;
    uv_close(handle, on_close);
}

static void close_all(struct child *c)
{
    close_handle(c, (uv_handle_t *)&c->process);
    close_handle(c, (uv_handle_t *)&c->out);
    close_handle(c, (uv_handle_t *)&c->err);
    close_handle(c, (uv_handle_t *)&c->timer);
}

/* The exit and the end of both outputs may come in any order. */
static void one_less(struct child *c)
{
    if (--c->waits)
        return;
    c->end.out = c->out_text.data ? c->out_text.data : "";
    c->end.err = c->err_text.data ? c->err_text.data : "";
    c->end.n_out = c->out_text.size;
    c->end.n_err = c->err_text.size;
    c->ended(c->data, &c->end);
    close_all(c);
}

void child_kill(struct child *c)
{
    if (c->process.pid)
        kill(-c->process.pid, SIGKILL);
}

static void on_ended(uv_process_t *process, int64_t status, int signal)
{
    struct child *c = process->data;
    c->process.pid = 0;
    c->end.status = (int)status;
    c->end.signal = signal;
    uv_timer_stop(&c->timer);
    one_less(c);
}

static void on_time(uv_timer_t *timer)
{
    struct child *c = timer->data;
    c->end.timed_out = 1;
    child_kill(c);
}

static void on_piece(uv_handle_t *handle, size_t wanted, uv_buf_t *piece)
{
    (void)wanted;
    struct child *c = handle->data;
    *piece = uv_buf_init(c->piece, PIECE);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece)
{
    struct child *c = stream->data;
    if (n < 0) {
        uv_read_stop(stream);
        one_less(c);
        return;
    }
    int is_out = stream == (uv_stream_t *)&c->out;
    struct buf *text = is_out ? &c->out_text : &c->err_text;
    size_t room = text->ceiling - text->size;
    size_t take = (size_t)n < room ? (size_t)n : room;
    int bad = take && buf_add(text, piece->base, take);
    if (is_out && (bad || take < (size_t)n)) {
        c->end.overflowed = 1;
        child_kill(c);
    }
}

/* The child has begun, but not read anything yet that could hurt. */
static void limit(const struct child *c, const struct child_request *r)
{
    struct rlimit core = {0, 0};
    prlimit(c->process.pid, RLIMIT_CORE, &core, NULL);
    if (r->cpu_seconds) {
        rlim_t s = (rlim_t)r->cpu_seconds;
        struct rlimit cpu = {s, s + 1};
        prlimit(c->process.pid, RLIMIT_CPU, &cpu, NULL);
    }
#if !defined PRUNE_ASAN && !defined PRUNE_TSAN
    if (r->memory_bytes) {
        rlim_t b = (rlim_t)r->memory_bytes;
        struct rlimit memory = {b, b};
        prlimit(c->process.pid, RLIMIT_AS, &memory, NULL);
    }
#endif
}

static int spawn(struct child *c, const struct child_request *r,
                 struct prune_error *err)
{
    char **env = environment_new(1);
    if (!env)
        return err_memory(err, "a child");
    enum { PIPE = UV_CREATE_PIPE | UV_WRITABLE_PIPE };
    uv_stdio_container_t io[] = {
        {.flags = UV_IGNORE},
        {.flags = (uv_stdio_flags)PIPE, .data.stream = (uv_stream_t *)&c->out},
        {.flags = (uv_stdio_flags)PIPE, .data.stream = (uv_stream_t *)&c->err},
        {.flags = UV_INHERIT_FD, .data.fd = r->fd},
    };
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = r->args[0],
        .args = (char **)r->args,
        .env = env,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = r->fd < 0 ? 3 : 4,
        .stdio = io,
    };
    int rc = uv_spawn(r->loop, &c->process, &options);
    environment_free(env);
    if (rc) {
        c->process.pid = 0;
        return err_set(err, PRUNE_E_FAILED, "%s cannot be started: %s",
                       r->args[0], uv_strerror(rc));
    }
    return 0;
}

static void attach(struct child *c, uv_loop_t *loop)
{
    uv_pipe_init(loop, &c->out, 0);
    uv_pipe_init(loop, &c->err, 0);
    uv_timer_init(loop, &c->timer);
    c->out.data = c->err.data = c->timer.data = c->process.data = c;
    c->open_handles = 4;
    c->waits = 3;
}

int child_start(struct child **out, const struct child_request *r,
                struct prune_error *err)
{
    struct child *c = mem_new(sizeof *c);
    if (!c)
        return err_memory(err, "a child");
    c->ended = r->ended;
    c->data = r->data;
    c->out_text.ceiling = r->most_output;
    c->err_text.ceiling = MOST_ERRORS;
    attach(c, r->loop);
    int rc = spawn(c, r, err);
    c->process.data = c;
    if (rc) {
        close_all(c);
        return rc;
    }
    limit(c, r);
    if (r->wall_ms)
        uv_timer_start(&c->timer, on_time, (uint64_t)r->wall_ms, 0);
    uv_read_start((uv_stream_t *)&c->out, on_piece, on_read);
    uv_read_start((uv_stream_t *)&c->err, on_piece, on_read);
    *out = c;
    return 0;
}

#include "service/progress.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "store/job.h"

enum {
    LONGEST_LINE = 64 << 10,
    MOST_READ = 256 << 10,   /* at a time, so that the loop goes on */
    MOST_PIECES = 64,        /* of that size, once the writer is gone */
    MOST_PENDING = 1000,
    MOST_EVENTS = 20000,     /* of an attempt */
    PIECE = 16 << 10,
};

struct progress_event {
    const char *type;
    char *data;
};

/* Types of lines, and the event that each becomes. */
static const struct {
    const char *line, *event;
} types[] = {
    {"phase", "progress"},
    {"progress", "progress"},
    {"metric", "metric"},
    {"log", "log"},
};

static const char *event_type(const json_t *line)
{
    const char *type = json_text(line, "type", "");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].line, type))
            return types[i].event;
    return NULL;
}

/* Only the fields that a line may have, of the kinds that they may be. */
static json_t *known_fields(const json_t *line)
{
    static const char *const texts[] = {"t", "phase", "name", "message"};
    static const char *const numbers[] = {"done", "total", "value"};
    json_t *o = json_object();
    int rc = !o;
    for (size_t i = 0; i < 4 && !rc; i++) {
        json_t *v = json_object_get(line, texts[i]);
        if (json_is_string(v))
            rc = json_put(o, texts[i], json_incref(v));
    }
    for (size_t i = 0; i < 3 && !rc; i++) {
        json_t *v = json_object_get(line, numbers[i]);
        if (json_is_number(v))
            rc = json_put(o, numbers[i], json_incref(v));
    }
    if (rc) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static int add_event(struct progress *p, const char *type, const char *data)
{
    if (p->n_events == p->room) {
        size_t room = p->room ? p->room * 2 : 16;
        void *more = mem_array(p->events, room, sizeof *p->events);
        if (!more)
            return -1;
        p->events = more;
        p->room = room;
    }
    char *copy = mem_strdup(data);
    if (!copy)
        return -1;
    p->events[p->n_events++] = (struct progress_event){type, copy};
    return 0;
}

/* Of progress only the newest matters to those who come later. */
static int replaces_last(const struct progress *p, const char *type)
{
    return p->n_events && !strcmp(type, "progress") &&
           !strcmp(p->events[p->n_events - 1].type, "progress");
}

static void take_event(struct progress *p, const char *type, char *data)
{
    int progress = !strcmp(type, "progress");
    if (replaces_last(p, type)) {
        mem_free(p->events[p->n_events - 1].data);
        p->events[p->n_events - 1].data = mem_strdup(data);
        if (!p->events[p->n_events - 1].data)
            p->n_events--;
    } else if (p->n_events < MOST_PENDING &&
               p->n_stored + (int64_t)p->n_events < MOST_EVENTS) {
        (void)add_event(p, type, data); /* without memory one is missed */
    }
    if (progress) {
        mem_free(p->latest);
        p->latest = data;
    } else {
        mem_free(data);
    }
}

static void take_line(struct progress *p)
{
    json_t *line = json_loadb(p->line.data ? p->line.data : "",
                              p->line.size, 0, NULL);
    const char *type = event_type(line);
    json_t *fields = type ? known_fields(line) : NULL;
    char *data = fields ? json_dump(fields) : NULL;
    if (data)
        take_event(p, type, data);
    json_decref(fields);
    json_decref(line);
}

static void take_bytes(struct progress *p, const char *bytes, size_t n)
{
    while (n) {
        const char *end = memchr(bytes, '\n', n);
        size_t k = end ? (size_t)(end - bytes) : n;
        if (!p->skipping && buf_add(&p->line, bytes, k))
            p->skipping = 1;
        if (end) {
            if (!p->skipping)
                take_line(p);
            buf_done(&p->line);
            p->line.ceiling = LONGEST_LINE;
            p->skipping = 0;
            k++;
        }
        bytes += k;
        n -= k;
    }
}

int progress_read(struct progress *p, const char *path)
{
    if (!p->open) {
        p->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (p->fd < 0)
            return 0;
        p->open = 1;
        p->line.ceiling = LONGEST_LINE;
    }
    char piece[PIECE];
    ssize_t n;
    for (size_t all = 0; all < MOST_READ; all += (size_t)n) {
        n = read(p->fd, piece, sizeof piece);
        if (n <= 0)
            return 0;
        take_bytes(p, piece, (size_t)n);
    }
    return 1;
}

void progress_read_rest(struct progress *p, const char *path)
{
    for (int i = 0; i < MOST_PIECES && progress_read(p, path); i++)
        ;
}

int progress_pending(const struct progress *p)
{
    return p->n_events || p->latest;
}

int progress_store(struct progress *p, struct db *db, int64_t seq,
                   struct prune_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < p->n_events && !rc; i++)
        rc = job_add_event(db, seq, p->events[i].type, p->events[i].data,
                           err);
    if (!rc && p->latest)
        rc = job_set_progress(db, seq, p->latest, err);
    return rc;
}

void progress_clear(struct progress *p)
{
    for (size_t i = 0; i < p->n_events; i++)
        mem_free(p->events[i].data);
    p->n_stored += (int64_t)p->n_events;
    p->n_events = 0;
    mem_free(p->latest);
    p->latest = NULL;
}

void progress_done(struct progress *p)
{
    progress_clear(p);
    mem_free(p->events);
    buf_done(&p->line);
    if (p->open)
        close(p->fd);
    *p = (struct progress){0};
}

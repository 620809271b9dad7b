#include "http/stream.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "http/private.h"
#include "http/reply.h"
#include "sys/clock.h"

struct stream {
    struct http_request *request;
    char job[ID_TEXT];
    int64_t after; /* id of the last event that was read */
    int over;      /* no event comes after those in `text` */
    struct buf text;
    size_t sent; /* bytes of `text` that are on their way */
};

int stream_text(struct buf *out, const struct events *events)
{
    for (size_t i = 0; i < events->n; i++) {
        const struct event *e = &events->items[i];
        buf_printf(out, "id: %" PRId64 "\nevent: %s\ndata: %s\n\n", e->id,
                   e->type, e->data);
    }
    return out->bad ? -1 : 0;
}

static int count(struct http_server *h, int step)
{
    int limit = (int)h->config->max_connections / 4;
    pthread_mutex_lock(&h->lock);
    int fits = step < 0 || h->n_streams < limit;
    h->n_streams += fits ? step : 0;
    pthread_mutex_unlock(&h->lock);
    return fits ? 0 : -1;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    count(s->request->server, -1);
    buf_done(&s->text);
    mem_free(s);
}

/* Reads the next batch into `text`: 0, or -1 when the store fails. */
static int fill(struct stream *s)
{
    struct answer a = {0};
    struct events events = {0};
    struct reader *reader = service_reader(s->request->service, &a);
    int rc = reader ? read_events(reader, s->job, s->after, STREAM_BATCH,
                                  &events, &a)
                    : -1;
    if (rc == 0) {
        s->text.size = s->sent = 0;
        rc = stream_text(&s->text, &events);
        s->over = events.over && events.n < STREAM_BATCH;
        if (events.n)
            s->after = events.items[events.n - 1].id;
    }
    events_done(&events);
    answer_done(&a);
    return rc;
}

/* Nothing to say for a while: a comment keeps the line alive. */
static int heartbeat(struct stream *s)
{
    struct http_request *r = s->request;
    int64_t now = clock_steady();
    if (now >= r->deadline) {
        s->text.size = s->sent = 0;
        buf_puts(&s->text, ":\n\n");
        r->deadline = now + STREAM_HEARTBEAT_MS;
        service_rewatch(r->service, &r->watch, r->deadline);
    }
    return s->text.bad ? -1 : 0;
}

static ssize_t hand_out(struct stream *s, char *out, size_t room)
{
    size_t n = s->text.size - s->sent;
    n = n < room ? n : room;
    memcpy(out, s->text.data + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

/* libmicrohttpd's reader. Returning 0 without having gone to sleep would
 * make it spin. */
static ssize_t next(void *data, uint64_t at, char *out, size_t room)
{
    struct stream *s = data;
    (void)at;
    for (;;) {
        if (s->sent < s->text.size)
            return hand_out(s, out, room);
        if (s->over || http_closing(s->request))
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (fill(s))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (s->text.size || s->over)
            continue;
        if (heartbeat(s))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        if (!s->text.size && http_sleep(s->request))
            return 0;
    }
}

static struct stream *stream_new(struct http_request *r, const char *job,
                                 int64_t after)
{
    struct stream *s = mem_new(sizeof *s);
    if (!s)
        return NULL;
    if (count(r->server, 1)) {
        mem_free(s);
        return NULL;
    }
    s->request = r;
    s->after = after;
    strncpy(s->job, job, sizeof s->job - 1);
    return s;
}

static void watch(struct http_request *r, const char *job)
{
    r->waiting = 1;
    r->deadline = clock_steady() + STREAM_HEARTBEAT_MS;
    r->watch.wake = http_wake;
    r->watch.data = r;
    r->watch.deadline = r->deadline;
    strncpy(r->watch.job, job, sizeof r->watch.job - 1);
    service_watch(r->service, &r->watch);
}

static void respond(struct http_request *r, struct stream *s)
{
    r->status = MHD_HTTP_OK;
    r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384,
                                                    next, s, NULL);
    reply_header(r, "Content-Type", "text/event-stream");
    reply_header(r, "Cache-Control", "no-store");
    reply_header(r, "X-Accel-Buffering", "no");
}

enum http_step stream_open(struct http_request *r, const char *job,
                           int64_t after)
{
    struct stream *s = stream_new(r, job, after);
    if (!s)
        return reply_problem(r, PROBLEM_TOO_MANY_REQUESTS,
                             "as many event streams are open as there may "
                             "be; poll GET /v1/jobs/{id} instead");
    r->stream = s;
    watch(r, job);
    if (fill(s))
        return reply_problem(r, PROBLEM_INTERNAL,
                             "the events could not be read");
    if (s->over && !s->text.size) {
        r->answer.status = MHD_HTTP_NO_CONTENT;
        return HTTP_ANSWER;
    }
    struct buf head = {0};
    buf_puts(&head, "retry: 3000\n\n");
    buf_add(&head, s->text.data ? s->text.data : "", s->text.size);
    buf_done(&s->text);
    s->text = head;
    if (head.bad)
        return reply_problem(r, PROBLEM_INTERNAL, "not enough memory");
    respond(r, s);
    return HTTP_ANSWER;
}

#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/peer.h"
#include "http/route.h"
#include "http/server.h"
#include "service/answer.h"
#include "service/read.h"
#include "service/upload.h"
#include "sys/id.h"

enum {
    HTTP_FIELDS_LIMIT = 1 << 20, /* most bytes of a JSON or form body */
    HTTP_STRAY_LIMIT = 64 << 10, /* body of a request that needs none */
    HTTP_SLACK = 16 << 20, /* what is thrown away so that a refusal arrives */
};

enum http_stage {
    STAGE_NEW,     /* the request line is known */
    STAGE_BODY,    /* accepted, the body comes */
    STAGE_REFUSED, /* refused, the body is thrown away */
    STAGE_ANSWER,  /* the endpoint works on it */
    STAGE_SENT,    /* the response is queued */
};

struct stream;

/* One request, from its request line to the last byte of its answer. It
 * belongs to the MHD thread of its connection. Other threads reach it by
 * http_answered and http_wake alone. */
struct http_request {
    struct http_server *server;
    struct service *service;
    struct MHD_Connection *conn;
    struct http_peer *peer;
    char id[ID_TEXT];
    char *path, *query_text; /* raw */
    const char *method;
    struct route_match match;
    enum http_stage stage;

    json_t *query; /* all values text */
    json_t *fields;
    int fields_are_text; /* a form, not JSON */
    struct buf body;
    uint64_t received;
    struct upload *upload;

    struct answer answer;
    unsigned status;               /* of `response` */
    struct MHD_Response *response; /* instead of `answer` */

    /* Under the server's lock. */
    int asleep, woken, answered;

    int posted; /* a change is on its way; its answer is this one's */
    struct stream *stream;

    /* Long polls and streams. */
    struct service_watch watch;
    int64_t deadline;
    char seen[16]; /* the job's state when the wait began */
    int waiting, applied;  /* a wait is on; seconds that were granted */
};

/* Borrowed value of a header, or NULL. */
const char *http_header(const struct http_request *r, const char *name);

/* Borrowed value of a field of the query, or NULL. */
const char *http_query(const struct http_request *r, const char *name);

/* Refuses a query that holds other fields than the blank-separated `names`:
 * -1 with a problem in r->answer. */
int http_query_only(struct http_request *r, const char *names);

/* limit and after of a list. 0, or -1 with a problem. */
int http_page(struct http_request *r, struct page *out);

/* The calling thread's reader, or NULL with a problem in r->answer. */
struct reader *http_reader(struct http_request *r);

/* The callback of service_post_*: `data` is the request. */
void http_answered(void *data, struct answer *answer);

/* What a step returns that has posted a change: `rc` is the post's. */
enum http_step http_posted(struct http_request *r, int rc);

/* Wakes a request that sleeps, or keeps it from falling asleep. Any thread;
 * `data` is the request. */
void http_wake(void *data);

/* Puts the request's connection to sleep: 1, or 0 when http_wake came since
 * the last call and there is something to do. Its own thread. */
int http_sleep(struct http_request *r);

/* Whether the server is being closed: waits and streams end then. */
int http_closing(const struct http_request *r);

#endif

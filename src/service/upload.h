#ifndef SERVICE_UPLOAD_H
#define SERVICE_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "service/answer.h"
#include "service/service.h"

/* A file on its way in: streamed into an unnamed file of the state
 * directory, its SHA-256 taken on the way. A crash leaves nothing. */
struct upload;

enum upload_kind {
    UPLOAD_MODEL,   /* PUT /v1/models/{name} */
    UPLOAD_DATA,    /* PUT /v1/models/{name}/{file} */
    UPLOAD_DATASET, /* PUT /v1/datasets/{name} */
    UPLOAD_PRUNE,   /* POST or PUT /v1/prune: model and job in one */
};

struct upload_request {
    enum upload_kind kind;
    const char *name;       /* of the model or data set; NULL for PRUNE */
    const char *file;       /* DATA: beside the model `name` */
    int64_t size;           /* bytes announced, -1: unknown */
    const char *sha256;     /* digest announced, hex, or NULL */
    int only_if_new;        /* If-None-Match: * */
    const json_t *settings; /* the query, all values text; or NULL. For a
                               data set scale, mean, std, layout; for PRUNE
                               what POST /v1/jobs takes, without `model` */
};

/* Refuses what can be refused before a byte is read: name, size, room on
 * the disk, settings, draining, a full queue. 0, or -1 with the problem in
 * `refusal`. Any thread; an upload belongs to one thread at a time. */
int upload_begin(struct upload **out, struct service *s,
                 const struct upload_request *request,
                 struct answer *refusal);

/* -1 with the problem in `refusal` (too large, disk full): nothing more can
 * be written then, and the upload is to be dropped. */
int upload_write(struct upload *u, const void *bytes, size_t n,
                 struct answer *refusal);

/* Gives it up; NULL is fine. */
void upload_drop(struct upload *u);

/* The body is complete: checks it, keeps it and answers 201 (new bytes),
 * 200 (the same again), 303 (PRUNE) or a problem. `u` is stolen. Otherwise
 * as the other service_post_* functions. */
int service_post_upload(struct service *s, struct upload *u,
                        service_done_f *done, void *data);

#endif

#ifndef SERVICE_UPLOAD_INTERNAL_H
#define SERVICE_UPLOAD_INTERNAL_H

#include "service/internal.h"
#include "service/upload.h"

/* An upload's way: begin and write on an HTTP thread (upload.c), then on
 * the loop start -> sync (a pool thread) -> look (a child, inspect.c) ->
 * run in a transaction (keep.c). From the post on it is a change. */
struct upload {
    struct change change;
    struct service *s;
    enum upload_kind kind;
    char name[129];
    char expected[SHA256_HEX]; /* announced digest, or empty */
    int only_if_new;
    int64_t checked; /* bytes at the last look at the disk's room */
    struct blob_file file;
    struct settings_plan plan; /* PRUNE */
    char *dataset_settings;    /* DATASET: JSON */

    uv_work_t work;
    int sync_result;
    struct prune_error error;
    struct upload *next_waiting;

    /* What looking showed: for a model both, for a data set the first. */
    char *summary, *graph;
};

/* Looks into the file by a child and then calls upload_looked, with a
 * problem in u->change.answer or `summary` (and `graph`) filled. At most
 * one child more than there are workers at a time, so that one that takes
 * long is not in the way; the others wait their turn. */
void upload_look(struct upload *u);
void upload_looked(struct upload *u);

/* The transaction: the file gets its name, its rows are made. */
void upload_keep(struct service *s, struct change *c);

#endif

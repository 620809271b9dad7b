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
    char file[129]; /* DATA */
    char expected[SHA256_HEX]; /* announced digest, or empty */
    int only_if_new;
    int64_t checked; /* bytes at the last look at the disk's room */
    struct blob_file blob;
    struct settings_plan plan; /* PRUNE */
    char *dataset_settings;    /* DATASET: JSON */

    uv_work_t work;
    int sync_result;
    struct prune_error error;
    struct upload *next_waiting;
    int settling; /* it is in the service's list of that name */
    struct upload *next_settling;
    char *folder; /* where the model and its files lie for the child */

    /* What looking showed: for a model both, for a data set the first. Of a
     * model with external data these hold no more than which those are;
     * what is known once all are there belongs to the name. */
    char *summary, *graph;
    char *own_summary, *own_graph;
};

/* Looks into the file by a child and then calls upload_looked, with a
 * problem in u->change.answer or `summary` (and `graph`) filled. At most
 * one child more than there are workers at a time, so that one that takes
 * long is not in the way; the others wait their turn. Those of one model,
 * its file and what lies beside it, go one after the other, so that the
 * last one sees the whole. */
void upload_look(struct upload *u);

/* It is answered, or given up: the next one of its name may come. */
void upload_settled(struct upload *u);

/* look_folder.c: fills u->folder with the model under the name model.onnx
 * and the files beside it, `u` among them. */
int look_folder_make(struct upload *u, struct prune_error *err);
void upload_looked(struct upload *u);

/* The transaction: the file gets its name, its rows are made. */
void upload_keep(struct service *s, struct change *c);

#endif

#ifndef STORE_JOB_H
#define STORE_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "sys/id.h"

/* Jobs and their events. The writer calls these inside a transaction. Each
 * change of a job raises its revision; changes of state add their event. */

enum { JOB_ATTEMPTS = 3 };

struct job_new {
    const char *id, *group;                /* group NULL: alone */
    const char *model, *model_sha256;      /* model NULL: one-shot */
    const char *dataset, *dataset_sha256;  /* NULL: without data */
    const char *dataset_settings;          /* JSON, or NULL */
    const char *technique, *target, *settings; /* the latter two JSON */
    const char *files_of; /* the name whose files the model has beside it;
                             NULL: none */
};

/* Of the files beside the model those are taken that it needs. */
int job_insert(struct db *db, const struct job_new *job,
               struct prune_error *err);

int job_count_queued(struct db *db, int64_t *out, struct prune_error *err);

/* What it takes to run a job. job_claimed_done frees. */
struct job_claimed {
    int64_t seq;
    int attempt;
    char id[ID_TEXT];
    char *technique, *target, *settings, *model_sha256, *dataset_sha256,
        *dataset_settings;
};

/* The queue's first becomes running; *found says whether there was one. */
int job_claim(struct db *db, struct job_claimed *out, int *found,
              struct prune_error *err);
void job_claimed_done(struct job_claimed *c);

int job_add_event(struct db *db, int64_t seq, const char *type,
                  const char *data, struct prune_error *err);
int job_set_progress(struct db *db, int64_t seq, const char *progress,
                     struct prune_error *err);
int job_set_log(struct db *db, int64_t seq, const void *text, size_t n,
                struct prune_error *err);

/* Ends of a running (or, for cancel and fail, queued) job. `error` is JSON
 * {type, title, detail}. */
int job_succeed(struct db *db, int64_t seq, const char *report,
                const char *output_sha256, struct prune_error *err);
int job_fail(struct db *db, int64_t seq, const char *error,
             struct prune_error *err);
int job_cancel(struct db *db, int64_t seq, struct prune_error *err);

/* A running job is to stop; its state stays. */
int job_request_cancel(struct db *db, int64_t seq, struct prune_error *err);

/* running -> queued; `counted` says whether the attempt counts. */
int job_requeue(struct db *db, int64_t seq, int counted,
                struct prune_error *err);

/* Removes the row with its events and log. The caller releases blobs. */
int job_delete(struct db *db, int64_t seq, struct prune_error *err);

#endif

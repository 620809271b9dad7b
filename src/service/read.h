#ifndef SERVICE_READ_H
#define SERVICE_READ_H

#include <stdint.h>

#include "service/answer.h"
#include "service/service.h"

/* What there is, read by any thread over a connection of its own, which
 * sees every change that was answered before. All of these fill `a`, with
 * 200 and a body or with a problem, and return 0 or -1 accordingly. */
struct reader;

/* The calling thread's reader, opened at its first call and closed with
 * the thread; NULL (and a problem in `a`) when that fails. */
struct reader *service_reader(struct service *s, struct answer *a);

/* Closes the calling thread's reader, if it has one, before the thread
 * ends. */
void service_reader_drop(struct service *s);

/* A page of a list: {"items": […], "next": text to give as `after`, or
 * null}. limit 0: 100; at most 1,000. */
struct page {
    int limit;
    const char *after; /* NULL: from the start */
};

/* GET /v1: version, techniques, settings, limits, links. */
int read_index(struct reader *r, struct answer *a);

/* GET /readyz: 200 {"ready": true} or the problem not-ready. */
int read_ready(struct reader *r, struct answer *a);

int read_models(struct reader *r, const struct page *page, struct answer *a);
int read_model(struct reader *r, const char *ref, struct answer *a);
/* A file beside a model. */
int read_model_data(struct reader *r, const char *model, const char *file,
                    struct answer *a);
int read_graph(struct reader *r, const char *ref, struct answer *a);
int read_datasets(struct reader *r, const struct page *page,
                  struct answer *a);
int read_dataset(struct reader *r, const char *ref, struct answer *a);

struct job_filter {
    const char *state, *model, *group, *technique; /* NULL: any */
};

/* Newest first. */
int read_jobs(struct reader *r, const struct job_filter *filter,
              const struct page *page, struct answer *a);
/* `revision` is set; the body's "state" says where the job stands. */
int read_job(struct reader *r, const char *id, struct answer *a);
int read_job_report(struct reader *r, const char *id, struct answer *a);

/* Exactly one of model and group; the other NULL. {"model": {"name",
 * "sha256"}, "rows": […]}, keys as the columns, figures that are not there
 * absent. */
int read_compare(struct reader *r, const char *model, const char *group,
                 struct answer *a);
/* The body of read_compare as CSV, header line first; NULL when memory is
 * short. mem_free it. */
char *compare_csv(const json_t *body);

/* --- bytes ------------------------------------------------------------ */

struct read_file {
    int fd; /* the caller's, to be closed; -1 on a problem */
    int64_t size;
    char sha256[65]; /* empty where there is none (a log) */
    char name[192];  /* to save it under */
};

int read_model_file(struct reader *r, const char *ref, struct read_file *out,
                    struct answer *a);
int read_model_data_file(struct reader *r, const char *model,
                         const char *file, struct read_file *out,
                         struct answer *a);
int read_dataset_file(struct reader *r, const char *ref,
                      struct read_file *out, struct answer *a);
int read_job_model(struct reader *r, const char *id, struct read_file *out,
                   struct answer *a);
/* The log so far; empty for a job that has not begun. */
int read_job_log(struct reader *r, const char *id, struct read_file *out,
                 struct answer *a);

/* --- events ----------------------------------------------------------- */

struct event {
    int64_t id; /* grows within a job and over all of them */
    char type[12]; /* state, progress, metric, log */
    char *data; /* JSON, one line */
};

struct events {
    struct event *items;
    size_t n;
    int over; /* the job has ended and nothing comes after these */
};

/* At most `limit` events of the job with an id above `after`. */
int read_events(struct reader *r, const char *job, int64_t after,
                size_t limit, struct events *out, struct answer *a);
void events_done(struct events *e);

#endif

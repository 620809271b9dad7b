#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "service/answer.h"
#include "sys/config.h"
#include "sys/id.h"

/* The daemon below HTTP. The thread that calls service_open and service_run
 * is the loop thread: it alone writes the database and starts workers.
 * Other threads ask for changes (service_post_*, answered later on the loop
 * thread) and read for themselves (service/read.h). */
struct service;

/* Opens the state directory (lock, database, recovery after a crash), runs
 * `prune describe --json` and keeps it. `config` is borrowed until close. */
int service_open(struct service **out, const struct config *config,
                 struct prune_error *err);

/* Runs until SIGTERM or SIGINT has come and the running jobs have ended or
 * their drain time is over. On return no change is accepted any more and
 * every posted one has had its answer; HTTP still has to be stopped. */
void service_run(struct service *s);

/* Any thread: as if SIGTERM had come. */
void service_stop(struct service *s);

/* After every other thread is gone. NULL is fine. */
void service_close(struct service *s);

/* Any thread. Whether the daemon is stopping. */
int service_draining(struct service *s);

const struct config *service_config(const struct service *s);

/* --- changes -------------------------------------------------------- */

/* Called on the loop thread once the change is durable, or refused. The
 * answer's contents are the callee's (answer_done). Must not block. */
typedef void service_done_f(void *data, struct answer *answer);

/* All of these: any thread; 0 means that `done` will be called exactly
 * once, possibly before the function returns; -1 that the service has
 * stopped and `done` will not be called. Arguments marked "stolen" are
 * taken in either case; strings are copied. */

/* POST /v1/jobs. `settings` (stolen) is the flat object of JSON or form;
 * `text` says that every value is text (a form or a query), to be read as
 * its setting's type. Answers 202 with a job or {"group","items"}. */
int service_post_jobs(struct service *s, json_t *settings, int text,
                      service_done_f *done, void *data);

/* POST /v1/jobs/{id}/cancel: 202 with the job, or 200 when it was over. */
int service_post_cancel(struct service *s, const char *id,
                        service_done_f *done, void *data);

/* DELETE /v1/jobs/{id}, models/{name}, datasets/{name}: 204. */
int service_post_job_delete(struct service *s, const char *id,
                            service_done_f *done, void *data);
int service_post_model_delete(struct service *s, const char *name,
                              service_done_f *done, void *data);
/* A file beside a model. */
int service_post_model_data_delete(struct service *s, const char *model,
                                   const char *file, service_done_f *done,
                                   void *data);
int service_post_dataset_delete(struct service *s, const char *name,
                                service_done_f *done, void *data);

/* --- being told of changes ------------------------------------------ */

/* Called on the loop thread under the service's lock: set a flag, resume a
 * connection, nothing more; no service_* call. */
typedef void service_wake_f(void *data);

/* The caller's memory, from service_watch to service_unwatch. Fill the
 * first four, leave the rest zero. */
struct service_watch {
    char job[ID_TEXT];    /* empty: any job */
    service_wake_f *wake;
    void *data;
    int64_t deadline;     /* clock_steady() at which to wake anyway; 0: no */
    struct service_watch *previous, *next;
};

/* From now on `wake` is called after each change (state, progress, event)
 * of the job, and once when the deadline passes (to within 100 ms). Watch
 * first, then read: so nothing is missed. Any thread. */
void service_watch(struct service *s, struct service_watch *w);

/* A new deadline for a watch that is on. */
void service_rewatch(struct service *s, struct service_watch *w,
                     int64_t deadline);

/* After this returns `wake` is not running and will not be called. Harmless
 * on a watch that is not on (all zero). */
void service_unwatch(struct service *s, struct service_watch *w);

#endif

#ifndef SERVICE_INTERNAL_H
#define SERVICE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "executor/child.h"
#include "executor/executor.h"
#include "service/answer.h"
#include "service/service.h"
#include "service/settings.h"
#include "store/blob.h"
#include "store/db.h"
#include "store/job.h"
#include "store/state.h"

/* What the files of this room share. Whoever holds `lock` may touch
 * `changes`, `closed` and `watches`; `draining`, `unwell` and what never
 * changes after service_open are free to all; everything else belongs to
 * the loop thread. */

struct slot;

/* A message to the loop. Embed it first in a struct of your own. */
struct change {
    struct change *next;

    /* What has to be done before the transaction, or NULL: it ends by
     * change_continue, at once or later. */
    void (*start)(struct service *s, struct change *c);

    /* Makes the change inside the open transaction and fills `answer`. A
     * problem (status 400 and up) undoes what was done. */
    void (*run)(struct service *s, struct change *c);

    /* Frees the struct, after `done`. */
    void (*free)(struct change *c);

    /* After the commit, before `done`; may be NULL. */
    void (*after)(struct service *s, struct change *c);

    service_done_f *done; /* NULL: nobody waits */
    void *data;
    struct answer answer;
};

enum {
    TICK_MS = 100,
    KILL_AFTER_MS = 10000, /* from SIGTERM to SIGKILL on cancel */
    LOG_KEPT = 1 << 20,
    REPORT_LARGEST = 64 << 20,
    INSPECT_LARGEST = 64 << 20,
    DESCRIBE_LARGEST = 4 << 20,
};

/* Digests whose files may have lost their last row in this transaction. */
struct hex_list {
    char (*items)[SHA256_HEX];
    size_t n, room;
};

/* Jobs that changed in this transaction. */
struct id_list {
    char (*items)[ID_TEXT];
    size_t n, room;
};

struct service {
    const struct config *config;
    json_t *describe;
    struct state state;
    struct db *db;
    const struct executor *executor;
    pthread_key_t readers;
    int has_readers;

    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t tick;
    uv_signal_t terminate, interrupt;
    int has_loop;

    pthread_mutex_t lock;
    struct change *changes, **changes_end;
    int closed;
    struct service_watch *watches;

    atomic_int draining, unwell, stop_asked;

    struct change *ready, **ready_end; /* started, or with nothing to start */
    struct slot *slots; /* config->workers of them */
    struct hex_list released;
    struct id_list touched;
    int64_t drain_deadline; /* steady; 0: not draining */
    int64_t refilled;       /* steady: the last look at the queue */
    int abandoned; /* the drain is over, workers were killed */
    int held;      /* jobs wait for room on the disk */
    int filling;   /* queue_fill is at work */
    int busy_works; /* uploads and ends of jobs that are under way */

    struct upload *waiting; /* for their turn to be looked into */
    struct upload *settling; /* from then on until they are answered */
    int64_t inspecting;
};

/* --- change.c --------------------------------------------------------- */

/* Any thread: queues `c`, which is stolen; -1 (and freed) when closed. */
int change_post(struct service *s, struct change *c);

/* Loop: what `start` had to do is done (or has failed: a problem is in the
 * answer); the transaction is next. */
void change_continue(struct service *s, struct change *c);

/* Loop: runs one change of the loop's own, at once, in a transaction. 0, or
 * negative when the store failed. Neither `after` nor `done` nor `free` is
 * called; the answer is the caller's. */
int change_run(struct service *s, struct change *c);

/* Loop: everything posted, in one transaction. */
void changes_drain(struct service *s);

/* Loop, inside a change: this job's watchers are to be woken. */
void service_touch(struct service *s, const char *job);

/* Loop, inside a change: the blob has lost a reference; its row goes when
 * that was the last, its file after the commit. */
int service_release(struct service *s, const char *hex,
                    struct prune_error *err);

/* Loop, inside a change: a file was linked whose row may not come to be. */
void service_suspect(struct service *s, const char *hex);

/* Turns an error of the store into a problem: disk-full or internal. */
int answer_store(struct answer *a, const struct service *s,
                 const struct prune_error *err);

/* --- watch.c ---------------------------------------------------------- */
void watches_wake(struct service *s, const struct id_list *jobs);
void watches_tick(struct service *s, int64_t now);

/* --- queue.c ---------------------------------------------------------- */
int queue_open(struct service *s, struct prune_error *err);
void queue_close(struct service *s);
/* Starts what can be started. */
void queue_fill(struct service *s);
void queue_tick(struct service *s, int64_t now);
/* A running job is to stop. */
void queue_cancel(struct service *s, int64_t seq);
/* Drain is over: what still runs is killed and queued again. */
void queue_abandon(struct service *s);
int queue_is_idle(const struct service *s);

/* --- describe.c: asks `prune describe --json`; runs the loop meanwhile. */
int service_ask(struct service *s, struct prune_error *err);

/* --- recover.c -------------------------------------------------------- */
/* After a crash or a stop: what ran is queued again, files are held
 * against rows, work/ is emptied. */
int service_recover(struct service *s, struct prune_error *err);

/* --- folder.c --------------------------------------------------------- */
/* A blob under a name of its own in a folder. */
int folder_link(const struct service *s, const char *folder, const char *hex,
                const char *name, struct prune_error *err);
/* Removes a folder on a pool thread. `path` is stolen. */
void folder_remove(struct service *s, char *path);

/* --- jobs.c ----------------------------------------------------------- */

/* Inside a change: inserts the jobs of `plan` for the model of that digest
 * and answers 202, or a problem and -1. */
int jobs_insert(struct service *s, const struct settings_plan *plan,
                const char *model_hex, struct answer *a);

/* Problems with their particulars; all return -1. */
int answer_draining(struct answer *a);
int answer_queue_full(struct answer *a, int64_t queued, int64_t most);
int answer_no_dataset(struct answer *a, const char *name);

void settings_context_fill(struct settings_context *out,
                           const struct service *s);

#endif

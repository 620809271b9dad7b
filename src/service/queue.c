/* The queue and the places where jobs run. */
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/slot.h"
#include "sys/clock.h"
#include "sys/fault.h"
#include "sys/log.h"

enum { FLUSH_MS = 200, FLUSH_RETRY_MS = 2000 };

int queue_open(struct service *s, struct prune_error *err)
{
    s->slots = mem_calloc((size_t)s->config->workers, sizeof *s->slots);
    if (!s->slots)
        return err_memory(err, "the worker pool");
    for (int64_t i = 0; i < s->config->workers; i++)
        s->slots[i].s = s;
    return 0;
}

/* Forgets the job; its folder goes. */
static void clear(struct slot *slot)
{
    folder_remove(slot->s, slot->folder);
    mem_free(slot->progress_path);
    progress_done(&slot->progress);
    leavings_done(&slot->left);
    job_claimed_done(&slot->job);
    *slot = (struct slot){.s = slot->s};
}

void slot_free(struct slot *slot)
{
    struct service *s = slot->s;
    clear(slot);
    queue_fill(s);
}

void queue_close(struct service *s)
{
    for (int64_t i = 0; s->slots && i < s->config->workers; i++) {
        struct slot *slot = &s->slots[i];
        mem_free(slot->folder); /* the next start takes the files away */
        slot->folder = NULL;
        clear(slot);
    }
    mem_free(s->slots);
    s->slots = NULL;
}

/* --- starting --------------------------------------------------------- */

struct claim_change {
    struct change change;
    struct job_claimed job;
    int found;
};

static void claim_run(struct service *s, struct change *c)
{
    struct claim_change *claim = (struct claim_change *)c;
    struct prune_error err = {0};
    if (job_claim(s->db, &claim->job, &claim->found, &err))
        answer_store(&c->answer, s, &err);
    else if (claim->found)
        service_touch(s, claim->job.id);
}

/* 1 when the slot has a job now. */
static int claim(struct slot *slot)
{
    struct claim_change c = {.change.run = claim_run};
    int rc = change_run(slot->s, &c.change);
    int refused = c.change.answer.status >= 400;
    answer_done(&c.change.answer);
    if (rc || refused || !c.found) {
        job_claimed_done(&c.job);
        return 0;
    }
    slot->job = c.job;
    return 1;
}

static void worker_ended(void *data, const struct task_end *end)
{
    struct slot *slot = data;
    slot->end = *end;
    slot_ended(slot);
}

/* What the job says, for OMP_NUM_THREADS. */
static int threads_of(const struct slot *slot)
{
    json_t *settings = json_loads(slot->job.settings, 0, NULL);
    int64_t n = json_int(settings, "threads",
                         slot->s->config->worker_threads);
    json_decref(settings);
    return n >= 1 && n <= 1024 ? (int)n : 1;
}

static int start_worker(struct slot *slot, struct prune_error *err)
{
    struct service *s = slot->s;
    int rc = folder_make(slot, err);
    if (rc)
        return rc;
    struct task_request request = {
        .loop = &s->loop,
        .program = s->config->prune,
        .folder = slot->folder,
        .threads = threads_of(slot),
        .ended = worker_ended,
        .data = slot,
    };
    return s->executor->start(&slot->task, &request, err);
}

static void start(struct slot *slot)
{
    struct prune_error err = {0};
    int64_t now = clock_steady();
    slot->state = SLOT_RUNNING;
    slot->flushed = now;
    slot->deadline = now + slot->s->config->job_seconds * 1000;
    if (!start_worker(slot, &err)) {
        log_info("job-started", "job", slot->job.id, "technique",
                 slot->job.technique, "attempt",
                 LOG_INT(slot->job.attempt));
        fault_point("job-started");
        return;
    }
    log_error("job-not-started", "job", slot->job.id, "detail", err.text);
    slot->stop = STOP_NONE;
    slot->end = (struct task_end){.status = 1};
    slot->left.trouble = err;
    if (slot_fail(slot, "worker-died", err.text)) {
        slot->state = SLOT_ENDING; /* the store fails: tried again */
        slot->retry_at = now + 1000;
        return;
    }
    clear(slot);
}

/* A job needs room to work in: on a full disk it would fail for no fault of
 * its own, so it waits. Uploads stop at the whole reserve, jobs at half. */
static int has_room(struct service *s)
{
    struct prune_error err = {0};
    int held = blob_room(s->state.work, 0, s->config->reserve / 2, &err) != 0;
    if (held && !s->held)
        log_warn("queue-held", "why", err.text);
    s->held = held;
    return !held;
}

/* Fills each free slot; a job that cannot be started makes room for the
 * next, so one slot may see several. */
void queue_fill(struct service *s)
{
    if (atomic_load(&s->draining) || s->filling)
        return;
    int64_t queued = 0;
    if (job_count_queued(s->db, &queued, NULL) || !queued || !has_room(s))
        return;
    s->filling = 1;
    for (int64_t i = 0; i < s->config->workers; i++)
        while (s->slots[i].state == SLOT_FREE && claim(&s->slots[i]))
            start(&s->slots[i]);
    s->filling = 0;
}

/* --- while they run --------------------------------------------------- */

struct flush_change {
    struct change change;
    struct slot *slot;
};

static void flush_run(struct service *s, struct change *c)
{
    struct slot *slot = ((struct flush_change *)c)->slot;
    struct prune_error err = {0};
    if (progress_store(&slot->progress, s->db, slot->job.seq, &err))
        answer_store(&c->answer, s, &err);
    service_touch(s, slot->job.id);
}

static void flush(struct slot *slot, int64_t now)
{
    (void)progress_read(&slot->progress, slot->progress_path);
    if (!progress_pending(&slot->progress) || now - slot->flushed < FLUSH_MS)
        return;
    struct flush_change f = {.change.run = flush_run, .slot = slot};
    int rc = change_run(slot->s, &f.change);
    slot->flushed = now;
    if (!rc && f.change.answer.status < 400)
        progress_clear(&slot->progress);
    else
        slot->flushed = now + FLUSH_RETRY_MS;
    answer_done(&f.change.answer);
}

static void stop(struct slot *slot, enum slot_stop why, int signal)
{
    if (slot->stop == STOP_NONE || why == STOP_TIME)
        slot->stop = why;
    slot->s->executor->stop(slot->task, signal);
}

static void tick_running(struct slot *slot, int64_t now)
{
    flush(slot, now);
    if (slot->kill_at && now >= slot->kill_at) {
        slot->kill_at = 0;
        stop(slot, slot->stop, SIGKILL);
    } else if (now >= slot->deadline) {
        slot->deadline = INT64_MAX;
        log_warn("job-time-limit", "job", slot->job.id);
        stop(slot, STOP_TIME, SIGKILL);
    }
}

void queue_tick(struct service *s, int64_t now)
{
    for (int64_t i = 0; i < s->config->workers; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->state == SLOT_RUNNING && slot->task)
            tick_running(slot, now);
        else if (slot->state == SLOT_ENDING)
            slot_retry(slot, now);
    }
}

void queue_cancel(struct service *s, int64_t seq)
{
    for (int64_t i = 0; i < s->config->workers; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->state != SLOT_RUNNING || slot->job.seq != seq ||
            slot->stop != STOP_NONE)
            continue;
        log_info("job-cancel", "job", slot->job.id);
        slot->kill_at = clock_steady() + KILL_AFTER_MS;
        stop(slot, STOP_CANCEL, SIGTERM);
    }
}

void queue_abandon(struct service *s)
{
    for (int64_t i = 0; i < s->config->workers; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->state == SLOT_RUNNING && slot->task)
            stop(slot, STOP_DRAIN, SIGKILL);
    }
}

int queue_is_idle(const struct service *s)
{
    for (int64_t i = 0; i < s->config->workers; i++)
        if (s->slots[i].state != SLOT_FREE)
            return 0;
    return 1;
}

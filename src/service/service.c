#include "service/service.h"

#include <signal.h>
#include <stdio.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "service/reader.h"
#include "store/migrate.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/notify.h"

enum { REFILL_MS = 1000 };

const struct config *service_config(const struct service *s)
{
    return s->config;
}

int service_draining(struct service *s)
{
    return atomic_load(&s->draining);
}

/* --- stopping --------------------------------------------------------- */

static void begin_drain(struct service *s)
{
    int64_t now = clock_steady();
    if (s->drain_deadline) {
        s->drain_deadline = now; /* asked twice: at once */
        return;
    }
    log_info("stopping", "drain_seconds", LOG_INT(s->config->drain_seconds));
    notify_send("STOPPING=1");
    s->drain_deadline = now + s->config->drain_seconds * 1000;
    atomic_store(&s->draining, 1);
}

void service_stop(struct service *s)
{
    atomic_store(&s->stop_asked, 1);
    pthread_mutex_lock(&s->lock);
    if (!s->closed)
        uv_async_send(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

/* Once nothing runs: no more changes; once those there are have had their
 * answer: the end. */
static void go_on_draining(struct service *s, int64_t now)
{
    if (!s->drain_deadline)
        return;
    if (!s->abandoned && now >= s->drain_deadline && !queue_is_idle(s)) {
        s->abandoned = 1;
        queue_abandon(s);
    }
    if (!queue_is_idle(s))
        return;
    pthread_mutex_lock(&s->lock);
    s->closed = 1;
    int left = s->changes != NULL;
    pthread_mutex_unlock(&s->lock);
    if (!left && !s->ready && !s->busy_works)
        uv_stop(&s->loop);
}

/* --- the loop --------------------------------------------------------- */

static void on_wake(uv_async_t *handle)
{
    struct service *s = handle->data;
    changes_drain(s);
    if (atomic_exchange(&s->stop_asked, 0))
        begin_drain(s);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    begin_drain(handle->data);
}

static void probe_run(struct service *s, struct change *c)
{
    /* Writes a page and changes nothing. */
    char sql[64];
    struct prune_error err = {0};
    snprintf(sql, sizeof sql, "PRAGMA user_version = %zu", n_migrations);
    if (db_exec(s->db, sql, &err))
        answer_store(&c->answer, s, &err);
}

/* A store that has failed is well again once it takes a write. */
static void probe(struct service *s)
{
    if (!atomic_load(&s->unwell))
        return;
    struct change c = {.run = probe_run};
    int rc = change_run(s, &c);
    atomic_store(&s->unwell, rc != 0 || c.answer.status >= 400);
    answer_done(&c.answer);
}

static void on_tick(uv_timer_t *handle)
{
    struct service *s = handle->data;
    int64_t now = clock_steady();
    queue_tick(s, now);
    watches_tick(s, now);
    /* What could not be claimed for a store that failed. */
    if (now - s->refilled >= REFILL_MS) {
        s->refilled = now;
        probe(s);
        queue_fill(s);
        notify_send("WATCHDOG=1");
    }
    changes_drain(s);
    go_on_draining(s, now);
}

static int add_handles(struct service *s, struct prune_error *err)
{
    int rc = uv_async_init(&s->loop, &s->wake, on_wake);
    if (!rc)
        rc = uv_timer_init(&s->loop, &s->tick);
    if (!rc)
        rc = uv_signal_init(&s->loop, &s->terminate);
    if (!rc)
        rc = uv_signal_init(&s->loop, &s->interrupt);
    s->wake.data = s->tick.data = s->terminate.data = s->interrupt.data = s;
    if (!rc)
        rc = uv_timer_start(&s->tick, on_tick, TICK_MS, TICK_MS);
    if (!rc)
        rc = uv_signal_start(&s->terminate, on_signal, SIGTERM);
    if (!rc)
        rc = uv_signal_start(&s->interrupt, on_signal, SIGINT);
    return rc ? err_set(err, PRUNE_E_FAILED, "event loop: %s",
                        uv_strerror(rc))
              : 0;
}

void service_run(struct service *s)
{
    queue_fill(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    pthread_mutex_lock(&s->lock);
    s->closed = 1;
    pthread_mutex_unlock(&s->lock);
    log_info("stopped", "dir", s->state.dir);
}

/* --- opening and closing ---------------------------------------------- */

static int open_loop(struct service *s, struct prune_error *err)
{
    int rc = uv_loop_init(&s->loop);
    if (rc)
        return err_set(err, PRUNE_E_FAILED, "event loop: %s",
                       uv_strerror(rc));
    s->has_loop = 1;
    if (pthread_key_create(&s->readers, reader_free))
        return err_set(err, PRUNE_E_FAILED, "no thread key is left");
    s->has_readers = 1;
    return 0;
}

static int open_all(struct service *s, struct prune_error *err)
{
    int rc = open_loop(s, err);
    if (!rc)
        rc = state_open(&s->state, s->config->state_dir, err);
    if (!rc)
        rc = service_ask(s, err);
    if (!rc)
        rc = db_open_writer(&s->db, s->state.database, err);
    if (!rc)
        rc = service_recover(s, err);
    if (!rc)
        rc = queue_open(s, err);
    return rc ? rc : add_handles(s, err);
}

int service_open(struct service **out, const struct config *config,
                 struct prune_error *err)
{
    struct service *s = mem_new(sizeof *s);
    if (!s)
        return err_memory(err, "the service");
    s->config = config;
    s->state.lock = -1;
    s->changes_end = &s->changes;
    s->ready_end = &s->ready;
    s->executor = executor_find("local");
    pthread_mutex_init(&s->lock, NULL);
    /* A peer or a child that goes away is no reason to die. */
    signal(SIGPIPE, SIG_IGN);
    int rc = open_all(s, err);
    if (rc) {
        service_close(s);
        return rc;
    }
    log_info("state-opened", "dir", s->state.dir);
    *out = s;
    return 0;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Workers that still run, after a failed start or a stop without drain. */
static void close_loop(struct service *s)
{
    if (!s->has_loop)
        return;
    uv_walk(&s->loop, close_handle, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
}

void service_close(struct service *s)
{
    if (!s)
        return;
    if (s->has_readers) {
        service_reader_drop(s);
        pthread_key_delete(s->readers);
    }
    queue_close(s);
    close_loop(s);
    db_close(s->db);
    state_close(&s->state);
    json_decref(s->describe);
    mem_free(s->released.items);
    mem_free(s->touched.items);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

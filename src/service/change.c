/* Changes: messages to the loop, committed together. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "service/internal.h"
#include "sys/fault.h"
#include "sys/log.h"

int change_post(struct service *s, struct change *c)
{
    c->next = NULL;
    pthread_mutex_lock(&s->lock);
    int closed = s->closed;
    if (!closed) {
        *s->changes_end = c;
        s->changes_end = &c->next;
        /* Under the lock, so that the handle cannot be closed meanwhile. */
        uv_async_send(&s->wake);
    }
    pthread_mutex_unlock(&s->lock);
    if (closed)
        c->free(c);
    return closed ? -1 : 0;
}

void change_continue(struct service *s, struct change *c)
{
    c->next = NULL;
    c->start = NULL;
    *s->ready_end = c;
    s->ready_end = &c->next;
    uv_async_send(&s->wake);
}

static struct change *take_all(struct service *s)
{
    pthread_mutex_lock(&s->lock);
    struct change *list = s->changes;
    s->changes = NULL;
    s->changes_end = &s->changes;
    pthread_mutex_unlock(&s->lock);
    return list;
}

int answer_store(struct answer *a, const struct service *s,
                 const struct prune_error *err)
{
    log_error("store-failed", "detail", err->text);
    if (db_is_full(s->db))
        return answer_problem(a, PROBLEM_DISK_FULL, "%s", err->text);
    return answer_problem(a, PROBLEM_INTERNAL, "%s", err->text);
}

/* Both lists only save work: what does not fit is found by the sweep at the
 * next start, or by the watcher's own deadline. */
static void *grow(void *items, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return items;
    void *more = mem_array(items, *room ? *room * 2 : 8, size);
    if (more)
        *room = *room ? *room * 2 : 8;
    return more;
}

void service_touch(struct service *s, const char *job)
{
    struct id_list *l = &s->touched;
    void *items = grow(l->items, l->n, &l->room, sizeof *l->items);
    if (!items)
        return;
    l->items = items;
    strncpy(l->items[l->n], job, ID_TEXT - 1);
    l->items[l->n++][ID_TEXT - 1] = '\0';
}

void service_suspect(struct service *s, const char *hex)
{
    struct hex_list *l = &s->released;
    void *items = grow(l->items, l->n, &l->room, sizeof *l->items);
    if (!items)
        return;
    l->items = items;
    memcpy(l->items[l->n++], hex, SHA256_HEX);
}

int service_release(struct service *s, const char *hex,
                    struct prune_error *err)
{
    char kept[SHA256_HEX];
    strncpy(kept, hex, SHA256_HEX - 1);
    kept[SHA256_HEX - 1] = '\0';
    int gone = 0;
    int rc = blob_release(s->db, kept, &gone, err);
    if (!rc && gone)
        service_suspect(s, kept);
    return rc;
}

/* After a transaction, whichever way it ended: the rows decide. */
static void unlink_rowless(struct service *s)
{
    for (size_t i = 0; i < s->released.n; i++) {
        int known = 1;
        const char *hex = s->released.items[i];
        if (blob_exists(s->db, hex, &known, NULL) || known)
            continue;
        blob_unlink(s->state.blobs, hex);
        fault_point("blob-unlinked");
    }
    s->released.n = 0;
}

static int run_one(struct service *s, struct change *c,
                   struct prune_error *err)
{
    if (c->answer.status) /* refused before it was posted */
        return 0;
    int rc = db_exec(s->db, "SAVEPOINT one", err);
    if (rc)
        return rc;
    c->run(s, c);
    /* SQLite ends the transaction by itself when the disk is full. */
    if (!db_in_transaction(s->db))
        return err_set(err, PRUNE_E_FAILED, "database: the transaction was "
                       "rolled back");
    if (c->answer.status >= 400)
        rc = db_exec(s->db, "ROLLBACK TO one", err);
    if (!rc)
        rc = db_exec(s->db, "RELEASE one", err);
    return rc;
}

static int run_all(struct service *s, struct change *list,
                   struct prune_error *err)
{
    int rc = db_exec(s->db, "BEGIN IMMEDIATE", err);
    for (struct change *c = list; c && !rc; c = c->next)
        rc = run_one(s, c, err);
    if (!rc) {
        fault_point("before-commit");
        rc = db_exec(s->db, "COMMIT", err);
        fault_point("after-commit");
    }
    if (rc && db_in_transaction(s->db))
        (void)db_exec(s->db, "ROLLBACK", NULL);
    return rc;
}

static void answer_all(struct service *s, struct change *list)
{
    fault_point("before-answer");
    for (struct change *c = list, *next; c; c = next) {
        next = c->next;
        if (c->after && c->answer.status < 400)
            c->after(s, c);
        if (c->done)
            c->done(c->data, &c->answer);
        else
            answer_done(&c->answer);
        c->free(c);
    }
}

static void fail_all(struct service *s, struct change *list,
                     const struct prune_error *err)
{
    for (struct change *c = list; c; c = c->next)
        answer_store(&c->answer, s, err);
}

static int run_batch(struct service *s, struct change *list)
{
    struct prune_error err = {0};
    int rc = run_all(s, list, &err);
    if (rc)
        fail_all(s, list, &err);
    atomic_store(&s->unwell, rc != 0);
    unlink_rowless(s);
    if (!rc)
        watches_wake(s, &s->touched);
    s->touched.n = 0;
    return rc;
}

/* Those that need a start get it; those that are ready are taken. */
static struct change *take_ready(struct service *s)
{
    for (struct change *c = take_all(s), *next; c; c = next) {
        next = c->next;
        if (c->start && !c->answer.status)
            c->start(s, c);
        else
            change_continue(s, c);
    }
    struct change *list = s->ready;
    s->ready = NULL;
    s->ready_end = &s->ready;
    return list;
}

void changes_drain(struct service *s)
{
    struct change *list = take_ready(s);
    if (!list)
        return;
    (void)run_batch(s, list);
    answer_all(s, list);
    queue_fill(s);
}

int change_run(struct service *s, struct change *c)
{
    c->next = NULL;
    return run_batch(s, c);
}

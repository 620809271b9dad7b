/* Watches: who wants to be told when a job changes. The lock is held while
 * `wake` is called, so that after service_unwatch it cannot run. */
#include <string.h>

#include "service/internal.h"

void service_watch(struct service *s, struct service_watch *w)
{
    pthread_mutex_lock(&s->lock);
    w->previous = NULL;
    w->next = s->watches;
    if (w->next)
        w->next->previous = w;
    s->watches = w;
    pthread_mutex_unlock(&s->lock);
}

void service_rewatch(struct service *s, struct service_watch *w,
                     int64_t deadline)
{
    pthread_mutex_lock(&s->lock);
    w->deadline = deadline;
    pthread_mutex_unlock(&s->lock);
}

void service_unwatch(struct service *s, struct service_watch *w)
{
    pthread_mutex_lock(&s->lock);
    int on = w->previous || s->watches == w;
    if (on && w->previous)
        w->previous->next = w->next;
    else if (on)
        s->watches = w->next;
    if (on && w->next)
        w->next->previous = w->previous;
    w->previous = w->next = NULL;
    pthread_mutex_unlock(&s->lock);
}

static int wants(const struct service_watch *w, const struct id_list *jobs)
{
    if (!w->job[0])
        return jobs->n > 0;
    for (size_t i = 0; i < jobs->n; i++)
        if (!strcmp(w->job, jobs->items[i]))
            return 1;
    return 0;
}

void watches_wake(struct service *s, const struct id_list *jobs)
{
    if (!jobs->n)
        return;
    pthread_mutex_lock(&s->lock);
    for (struct service_watch *w = s->watches; w; w = w->next)
        if (wants(w, jobs))
            w->wake(w->data);
    pthread_mutex_unlock(&s->lock);
}

void watches_tick(struct service *s, int64_t now)
{
    pthread_mutex_lock(&s->lock);
    for (struct service_watch *w = s->watches; w; w = w->next)
        if (w->deadline && w->deadline <= now) {
            w->deadline = 0;
            w->wake(w->data);
        }
    pthread_mutex_unlock(&s->lock);
}

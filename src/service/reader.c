/* One read-only connection a thread. */
#include "service/reader.h"

#include "base/alloc.h"

static struct reader *reader_new(struct service *s, struct prune_error *err)
{
    struct reader *r = mem_new(sizeof *r);
    if (!r) {
        err_memory(err, "a reader");
        return NULL;
    }
    r->s = s;
    if (db_open_reader(&r->db, s->state.database, err)) {
        mem_free(r);
        return NULL;
    }
    return r;
}

void reader_free(void *reader)
{
    struct reader *r = reader;
    if (!r)
        return;
    db_close(r->db);
    mem_free(r);
}

struct reader *service_reader(struct service *s, struct answer *a)
{
    struct reader *r = pthread_getspecific(s->readers);
    if (r)
        return r;
    struct prune_error err = {0};
    r = reader_new(s, &err);
    if (r && !pthread_setspecific(s->readers, r))
        return r;
    reader_free(r);
    answer_problem(a, PROBLEM_INTERNAL, "%s",
                   err.code ? err.text : "Memory is short");
    return NULL;
}

void service_reader_drop(struct service *s)
{
    reader_free(pthread_getspecific(s->readers));
    pthread_setspecific(s->readers, NULL);
}

#ifndef SERVICE_READER_H
#define SERVICE_READER_H

#include "service/internal.h"
#include "service/read.h"

/* A thread's own way to read. */
struct reader {
    struct service *s;
    struct db *db;
};

static inline struct db *reader_db(struct reader *r)
{
    return r->db;
}

/* The thread key's destructor. */
void reader_free(void *reader);

#endif

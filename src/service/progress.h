#ifndef SERVICE_PROGRESS_H
#define SERVICE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/* Following a worker's progress.jsonl. Lines become events that gather here
 * until they are written to the store in one go. A line under way is kept
 * until its end comes; one that is too long, or no line of ours, is left
 * out. A zeroed struct is empty. */
struct progress {
    int open;
    int fd;
    struct buf line;
    int skipping; /* the rest of a line that was too long */
    struct progress_event *events;
    size_t n_events, room;
    char *latest;     /* JSON of the last progress, not yet stored */
    int64_t n_stored; /* events of this attempt */
};

/* Reads what was added to `path`, a bounded piece of it, so that the loop
 * goes on; a missing file is fine. 1 when more is there to be read. */
int progress_read(struct progress *p, const char *path);

/* Reads on to the end, once the writer is gone; of a file beyond all reason
 * the rest is left. */
void progress_read_rest(struct progress *p, const char *path);

int progress_pending(const struct progress *p);

/* Writes what gathered, inside a transaction; progress_clear after its
 * commit. */
int progress_store(struct progress *p, struct db *db, int64_t seq,
                   struct prune_error *err);
void progress_clear(struct progress *p);

void progress_done(struct progress *p);

#endif

#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "base/err.h"

/* The state directory: pruned.db, blobs/, work/, and the lock that keeps a
 * second daemon out. */
struct state {
    int lock;
    char *dir, *database, *blobs, *work, *measure_lock;
};

/* Makes the directory (0700) and what belongs in it, and locks it until
 * state_close. A lock held by another names the directory and its pid. */
int state_open(struct state *out, const char *dir, struct prune_error *err);
void state_close(struct state *s);

/* Removes a folder with what is in it, links not followed. 0, or -1 with
 * errno; a missing folder is fine. */
int state_remove(const char *path);

#endif

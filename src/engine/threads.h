#ifndef ENGINE_THREADS_H
#define ENGINE_THREADS_H

/* What a run changes in its thread and in the threads of its team: how many
 * there are, and that subnormal numbers count as zero (they would cost a
 * hundred times a normal one). */
struct threads {
    int count;         /* of this run */
    int saved_count;   /* of the calling thread before */
    unsigned saved_fp; /* floating-point control of the calling thread */
};

/* Begins; every begin is ended by the same thread. */
void threads_begin(struct threads *out, int count);
void threads_end(const struct threads *t);

#endif

#ifndef SERVICE_SETTINGS_H
#define SERVICE_SETTINGS_H

#include <jansson.h>
#include <stddef.h>

#include "service/answer.h"

/* Checking the settings of a job against what `prune describe --json` said
 * (the daemon itself knows no technique), and making one plan a job. */

struct job_plan {
    char *technique, *target, *settings; /* the latter two JSON objects */
};

struct settings_plan {
    char *model, *dataset; /* names or sha256: references; NULL: none */
    struct job_plan *jobs;
    size_t n_jobs;
    int group; /* more than one job was asked for, or technique=all */
};

/* What the daemon adds where the request is silent. */
struct settings_context {
    const json_t *describe;
    int threads;
    size_t most_jobs;
};

/* Reads the flat object of a request. `text`: every value is text (form,
 * query), to be read as its setting's type. With technique=all a setting
 * that only some techniques use goes to those; best_effort is then on
 * unless given. 0, or -1 with the problem in `a`, which names every fault
 * and not just the first. Pure: any thread. */
int settings_read(struct settings_plan *out,
                  const struct settings_context *context, const json_t *in,
                  int text, struct answer *a);
void settings_done(struct settings_plan *p);

/* A data set's scale, mean, std and layout from a query, as JSON text
 * (mem_free); NULL with the problem in `a`. `in` may be NULL. */
char *dataset_settings_read(const json_t *in, struct answer *a);

#endif

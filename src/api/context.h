#ifndef API_CONTEXT_H
#define API_CONTEXT_H

#include "api/figures.h"
#include "prune/run.h"

/* What every command on a model opens first: options, the original, data.
 * A zeroed struct is empty. */
struct context {
    struct prune_options options; /* a copy */
    struct shapes shapes;
    struct subject original;
    struct dataset *data;  /* fitted to the model's input; NULL without */
    struct progress progress;
    struct measuring measuring;
};

int context_open(struct context *out, const struct prune_request *request,
                 const struct prune_options *options,
                 struct prune_error *err);
void context_close(struct context *c);

/* Calibration samples, or NULL when there are none. */
const struct data_part *context_calibration(const struct context *c);

/* Seconds since some start, for the report. */
double context_clock(void);

/* Dumps and frees a tree; PRUNE_E_MEMORY when it is NULL. */
int context_answer(char **out, json_t *tree, struct prune_error *err);

#endif

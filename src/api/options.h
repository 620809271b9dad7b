#ifndef API_OPTIONS_H
#define API_OPTIONS_H

#include "data/data.h"
#include "prune/options.h"
#include "prune/settings.h"
#include "prune/shapes.h"

struct prune_options {
    struct settings settings;
    struct data_settings data;
};

/* How data are read: one row each. */
struct data_row {
    const char *name, *type, *summary;
    int (*set)(struct data_settings *d, const char *value);
    const char *allowed; /* for the message */
};

extern const struct data_row data_rows[];
extern const int n_data_rows;

/* [1, 3, 224, 224]; NULL when memory is short. */
json_t *shape_json(const struct shape *s);

#endif

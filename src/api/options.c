#include "api/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/export.h"

static int read_numbers(double *out, int *n, const char *text)
{
    int k = 0;
    for (const char *p = text;; p++) {
        char *end;
        double v = strtod(p, &end);
        if (end == p || !isfinite(v) || k == MAX_CHANNELS)
            return -1;
        out[k++] = v;
        p = end;
        if (!*p)
            break;
        if (*p != ',')
            return -1;
    }
    *n = k;
    return 0;
}

static int set_scale(struct data_settings *d, const char *value)
{
    double v[MAX_CHANNELS];
    int n;
    if (read_numbers(v, &n, value) || n != 1 || !(v[0] > 0))
        return -1;
    d->scale = v[0];
    return 0;
}

static int set_mean(struct data_settings *d, const char *value)
{
    return read_numbers(d->mean, &d->n_mean, value);
}

static int set_std(struct data_settings *d, const char *value)
{
    if (read_numbers(d->std, &d->n_std, value))
        return -1;
    for (int i = 0; i < d->n_std; i++)
        if (!(d->std[i] > 0))
            return -1;
    return 0;
}

static int set_layout(struct data_settings *d, const char *value)
{
    if (strcmp(value, "NCHW") && strcmp(value, "NHWC") &&
        strcmp(value, "NHW"))
        return -1;
    strcpy(d->layout, value);
    return 0;
}

const struct data_row data_rows[] = {
    {"scale", "number", "raw values are divided by this (255 for uint8)",
     set_scale, "a number above 0"},
    {"mean", "list", "subtracted after scaling; one value or one per channel",
     set_mean, "numbers with commas between"},
    {"std", "list", "divided by at last; one value or one per channel",
     set_std, "numbers above 0 with commas between"},
    {"layout", "enum", "order of the axes of the samples", set_layout,
     "NCHW, NHWC or NHW"},
};
const int n_data_rows = sizeof data_rows / sizeof *data_rows;

PRUNE_EXPORT int prune_options_new(struct prune_options **out,
                                   struct prune_error *err)
{
    struct prune_options *o = mem_new(sizeof *o);
    if (!o)
        return err_memory(err, "options");
    settings_init(&o->settings);
    *out = o;
    return 0;
}

PRUNE_EXPORT void prune_options_free(struct prune_options *o)
{
    mem_free(o);
}

PRUNE_EXPORT int prune_options_set(struct prune_options *o, const char *name,
                                   const char *value, struct prune_error *err)
{
    for (int i = 0; i < n_data_rows; i++) {
        const struct data_row *r = &data_rows[i];
        if (strcmp(r->name, name))
            continue;
        if (r->set(&o->data, value))
            return err_set(err, PRUNE_E_USAGE, "%s is %s; it must be %s",
                           name, value, r->allowed);
        return 0;
    }
    return settings_set(&o->settings, name, value, err);
}

json_t *shape_json(const struct shape *s)
{
    json_t *a = json_array();
    for (int i = 0; i < s->rank; i++)
        json_array_append_new(a, json_integer(s->dims[i]));
    return a;
}

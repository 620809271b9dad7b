#ifndef PRUNE_SETTINGS_H
#define PRUNE_SETTINGS_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

/* What a run was asked for. The rows that describe name, type, range,
 * default and users of each setting are src/prune/settings.tbl; everything
 * that reads or shows settings goes through them. */

enum target { TARGET_NONE, TARGET_SPARSITY, TARGET_UNIT_SPARSITY,
              TARGET_MACS_RATIO, TARGET_SIZE_RATIO };

struct technique; /* prune/technique.h */

struct settings {
    const struct technique *technique;
    enum target target;
    double amount;            /* of the target */
    char criterion[24];       /* row of the criterion table */
    char scope[8];            /* "layer" or "global" */
    char recover[16];         /* "none", "calibrate"; "" = by data */
    int64_t calibration_samples;
    char exclude[1024];       /* comma-separated globs of node names */
    int64_t round_to;
    int best_effort;
    int64_t batch;            /* for timing */
    char shape[512];          /* NAME=1x3x224x224, comma-separated */
    uint64_t seed;
    int threads;
    char input[256], output[256];
    uint64_t set;             /* bit i: row i was set by the user */
};

enum setting_type {
    SETTING_NUMBER, /* a fraction */
    SETTING_INT,
    SETTING_TEXT,
    SETTING_CHOICE, /* one of `values` */
    SETTING_FLAG    /* "true" or "false" */
};

struct setting_row {
    const char *name;   /* "macs_ratio"; on the command line --macs-ratio */
    enum setting_type type;
    const char *type_name; /* "number", "integer", "text", "choice", "flag" */
    double min, max;       /* of numbers and integers */
    int min_excluded, max_excluded;
    enum target target;    /* TARGET_NONE: no target */
    const char *fallback;  /* the default, as text; "" = none, or by data */
    const char *values;    /* of a choice: names with one space between */
    const char *users;     /* names of the techniques that use it, likewise;
                              "" = all of them */
    const char *summary;   /* one line for --help and describe */
};

/* All rows, in the order of the table. Static storage. */
const struct setting_row *settings_rows(int *n);
const struct setting_row *settings_row(const char *name); /* or NULL */
/* Whether that technique uses the setting. */
int setting_used_by(const struct setting_row *row, const char *technique);

/* Nothing set, every default in place. */
void settings_init(struct settings *s);

/* Reads one setting from text. PRUNE_E_USAGE names the setting, what was
 * found and what it may be; an unknown name and a second target are
 * refused as well. `name` may be written with - for _. */
int settings_set(struct settings *s, const char *name, const char *text,
                 struct prune_error *err);
/* The same from a JSON value: string, number or boolean. */
int settings_set_json(struct settings *s, const char *name,
                      const json_t *value, struct prune_error *err);

/* Once all is set: there is a technique and exactly one target, nothing was
 * set that the technique does not use, the criterion is one of the
 * technique's; then fills in what depends on the technique and on whether
 * there is a data set (criterion, scope, recover). PRUNE_E_USAGE. */
int settings_check(struct settings *s, int have_data,
                   struct prune_error *err);

/* Everything that the technique uses, defaults filled in, the target under
 * its own name. A new object, NULL when memory is short. */
json_t *settings_json(const struct settings *s);

/* "sparsity" and the like; "" for TARGET_NONE. */
const char *target_name(enum target t);

/* Whether the comma-separated globs of s->exclude match a node's name, or
 * its label when it has no name. */
int settings_excludes(const struct settings *s, const char *name,
                      const char *label);

/* Told now and then; a nonzero answer asks the work to stop, which it does
 * with PRUNE_E_CANCELED. done/total count within the phase. */
typedef int progress_f(void *payload, const char *phase, int64_t done,
                       int64_t total);

struct progress {
    progress_f *f; /* may be NULL */
    void *payload;
};

/* PRUNE_E_CANCELED when the work is to stop, else 0. NULL is fine. */
int progress_tell(const struct progress *p, const char *phase, int64_t done,
                  int64_t total, struct prune_error *err);

#endif

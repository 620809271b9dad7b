#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <jansson.h>

#include "base/err.h"
#include "prune/options.h"
#include "prune/run.h"

/* A command of `prune`: one file src/cli/NAME.c ending in one `const struct
 * command`, plus one row in commands.tbl. The row feeds the dispatcher and
 * the help texts. */

struct flag {
    const char *name;   /* "report"; given as --report */
    char letter;        /* given as -o; 0: none */
    const char *value;  /* "FILE"; NULL: takes none */
    const char *summary;
    const char *setting; /* a short form of this setting; NULL: a flag of
                            the command itself */
};

enum { MAX_POSITIONALS = 8, MAX_VALUES = 32 };

/* What was read from the command line. */
struct args {
    const struct command *command;
    struct prune_options *options;
    int n_positionals;
    const char *positionals[MAX_POSITIONALS];
    int n_values;
    struct {
        const struct flag *flag;
        const char *value;
    } values[MAX_VALUES];
};

typedef int command_f(const struct args *a, struct prune_error *err);

struct command {
    const char *name;
    const char *synopsis; /* after "prune NAME " */
    const char *summary;  /* one line */
    int min_positionals, max_positionals;
    const struct flag *flags; /* ends with a row without a name */
    /* Names of the settings it takes, one space between; "*": all;
     * "": none. And whether it reads data (--scale and the like). */
    const char *settings;
    int data;
    command_f *run;
};

/* The value of the command's flag, "" for one without a value, NULL when it
 * was not given. */
const char *args_get(const struct args *a, const char *flag);
/* The i-th value of a flag given several times, or NULL. */
const char *args_get_nth(const struct args *a, const char *flag, int i);

/* Reads argv (after the command's name). PRUNE_E_USAGE says what is wrong;
 * *help is set when --help was asked for. */
int args_read(struct args *out, const struct command *c, int argc,
              char **argv, int *help, struct prune_error *err);
void args_done(struct args *a);

/* Texts for people on standard output. */
void help_all(const struct command *const *all, int n);
void help_command(const struct command *c);

/* Whether the command takes that setting. */
int command_takes(const struct command *c, const char *setting);

/* prune_describe(), parsed; NULL when memory is short. Freed by the caller. */
json_t *describe_tree(void);

/* Flags that several commands share. */
#define FLAG_JSON {"json", 0, NULL, "print JSON", NULL}
#define FLAG_DATA {"data", 'd', "DATA", "a data set (.npz)", NULL}
#define FLAG_PROGRESS                                                         \
    {"progress", 0, NULL, "show progress also when it is no terminal", NULL}
#define FLAG_END {NULL, 0, NULL, NULL, NULL}

#endif

#include "sys/config.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum kind { KIND_TEXT, KIND_INT, KIND_BYTES };

struct option_row {
    const char *name, *argument, *text, *summary;
    size_t offset;
    int64_t number, min, max;
    enum kind kind;
};

static const struct option_row rows[] = {
#define OPTION_TEXT(n, a, d, s)                                               \
    {.name = #n, .argument = (a), .text = (d), .summary = (s),                \
     .offset = offsetof(struct config, n), .kind = KIND_TEXT},
#define NUMBER(n, a, d, lo, hi, s, k)                                         \
    {.name = #n, .argument = (a), .summary = (s),                             \
     .offset = offsetof(struct config, n), .number = (d), .min = (lo),        \
     .max = (hi), .kind = (k)},
#define OPTION_INT(n, a, d, lo, hi, s) NUMBER(n, a, d, lo, hi, s, KIND_INT)
#define OPTION_BYTES(n, a, d, lo, hi, s) NUMBER(n, a, d, lo, hi, s, KIND_BYTES)
#include "sys/options.tbl"
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static char **text_of(struct config *c, const struct option_row *row)
{
    return (char **)(void *)((char *)c + row->offset);
}

static int64_t *number_of(struct config *c, const struct option_row *row)
{
    return (int64_t *)(void *)((char *)c + row->offset);
}

/* `a-b` on the command line and `a_b` in the file name the same row. */
static const struct option_row *row_find(const char *name, size_t n,
                                         char joint)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *own = rows[i].name;
        size_t k = 0;
        while (k < n && own[k] &&
               (own[k] == '_' ? joint : own[k]) == name[k])
            k++;
        if (k == n && !own[k])
            return &rows[i];
    }
    return NULL;
}

/* 64, 64K, 64KiB, 2G, …: powers of 1,024. */
static int unit_shift(const char *unit)
{
    static const char letters[] = "KMGT";
    if (!*unit)
        return 0;
    const char *at = strchr(letters, *unit);
    if (!at || (unit[1] && strcmp(unit + 1, "iB") != 0 &&
                strcmp(unit + 1, "B") != 0))
        return -1;
    return 10 * (int)(at - letters + 1);
}

static int number_read(int64_t *out, const struct option_row *row,
                       const char *text, struct prune_error *err)
{
    char *end;
    errno = 0;
    long long x = strtoll(text, &end, 10);
    int shift = row->kind == KIND_BYTES ? unit_shift(end) : 0;
    if (end == text || errno || shift < 0 || (!shift && *end) ||
        x > (INT64_MAX >> shift) || x < (INT64_MIN >> shift))
        return err_set(err, PRUNE_E_USAGE, "%s: '%s' is no number",
                       row->name, text);
    x *= INT64_C(1) << shift;
    if (x < row->min || x > row->max)
        return err_set(err, PRUNE_E_USAGE,
                       "%s: %lld is not within %" PRId64 " to %" PRId64,
                       row->name, x, row->min, row->max);
    *out = x;
    return 0;
}

static int row_set(struct config *c, const struct option_row *row,
                   const char *value, struct prune_error *err)
{
    if (row->kind != KIND_TEXT)
        return number_read(number_of(c, row), row, value, err);
    char *copy = mem_strdup(value);
    if (!copy)
        return err_memory(err, "the configuration");
    mem_free(*text_of(c, row));
    *text_of(c, row) = copy;
    return 0;
}

static int set_defaults(struct config *c, struct prune_error *err)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (rows[i].kind != KIND_TEXT)
            *number_of(c, &rows[i]) = rows[i].number;
        else if (rows[i].text && row_set(c, &rows[i], rows[i].text, err))
            return PRUNE_E_MEMORY;
    }
    return 0;
}

struct file_reading {
    struct config *config;
    struct prune_error *err;
};

static int file_pair(void *user, const char *section, const char *name,
                     const char *value)
{
    struct file_reading *f = user;
    if (*section && strcmp(section, "pruned") != 0) {
        err_set(f->err, PRUNE_E_USAGE, "unknown section [%s]", section);
        return 0;
    }
    const struct option_row *row = row_find(name, strlen(name), '_');
    if (!row) {
        err_set(f->err, PRUNE_E_USAGE, "unknown key '%s'", name);
        return 0;
    }
    return !row_set(f->config, row, value ? value : "", f->err);
}

static int file_read(struct config *c, const char *path,
                     struct prune_error *err)
{
    struct prune_error inner = {0};
    struct file_reading f = {c, &inner};
    int line = ini_parse(path, file_pair, &f);
    if (line == 0)
        return 0;
    if (line < 0)
        return err_set(err, PRUNE_E_USAGE, "%s: cannot be read: %s", path,
                       strerror(errno));
    return err_set(err, PRUNE_E_USAGE, "%s:%d: %s", path, line,
                   inner.code ? inner.text : "not a line of `key = value`");
}

/* One option of the command line; *i moves over its value. `c` NULL: only
 * the looking for --config. */
static int argument_read(struct config *c, const char **file, int *i,
                         int argc, char **argv, struct prune_error *err)
{
    const char *arg = argv[*i];
    if (strncmp(arg, "--", 2) != 0 || !arg[2])
        return err_set(err, PRUNE_E_USAGE,
                       "'%s' is no option; --help lists them", arg);
    const char *name = arg + 2;
    size_t n = strcspn(name, "=");
    const struct option_row *row = row_find(name, n, '-');
    int is_file = n == 6 && !strncmp(name, "config", 6);
    if (!row && !is_file)
        return err_set(err, PRUNE_E_USAGE,
                       "unknown option '%s'; --help lists them", arg);
    const char *value = name[n] ? name + n + 1 : NULL;
    if (!value && *i + 1 < argc)
        value = argv[++*i];
    if (!value)
        return err_set(err, PRUNE_E_USAGE, "option '%s' needs a value", arg);
    if (is_file)
        *file = value;
    return row && c ? row_set(c, row, value, err) : 0;
}

static int arguments_read(struct config *c, const char **file, int argc,
                          char **argv, struct prune_error *err)
{
    for (int i = 1; i < argc; i++) {
        int rc = argument_read(c, file, &i, argc, argv, err);
        if (rc)
            return rc;
    }
    return 0;
}

static char *state_dir_default(void)
{
    const char *given = getenv("STATE_DIRECTORY");
    if (given && *given) /* systemd separates several by colons */
        return mem_strndup(given, strcspn(given, ":"));
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && *state == '/')
        return mem_printf("%s/pruned", state);
    return mem_printf("%s/.local/state/pruned", home ? home : "");
}

/* The program beside this one: the same in a build folder and installed. */
static char *sibling(const char *name)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return mem_strdup(name);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    return mem_printf("%s/%s", self, name);
}

/* Workers run in folders of their own, so the path must hold everywhere. A
 * program that is not there is told of when it is first started. */
static int make_absolute(char **path, struct prune_error *err)
{
    char full[PATH_MAX];
    if (!realpath(*path, full))
        return 0;
    char *copy = mem_strdup(full);
    if (!copy)
        return err_memory(err, "the configuration");
    mem_free(*path);
    *path = copy;
    return 0;
}

static int fill_found(struct config *c, struct prune_error *err)
{
    if (!c->state_dir)
        c->state_dir = state_dir_default();
    if (!c->prune)
        c->prune = sibling("prune");
    if (!c->state_dir || !c->prune)
        return err_memory(err, "the configuration");
    return make_absolute(&c->prune, err);
}

static int asked_for(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return 1;
    return 0;
}

static int load(struct config *c, int argc, char **argv,
                struct prune_error *err)
{
    c->help = asked_for(argc, argv, "--help");
    c->version = asked_for(argc, argv, "--version");
    if (c->help || c->version)
        return 0;
    const char *file = NULL;
    int rc = arguments_read(NULL, &file, argc, argv, err);
    if (!rc)
        rc = set_defaults(c, err);
    if (!rc && file)
        rc = file_read(c, file, err);
    if (!rc)
        rc = arguments_read(c, &file, argc, argv, err);
    return rc ? rc : fill_found(c, err);
}

int config_load(struct config *out, int argc, char **argv,
                struct prune_error *err)
{
    struct config c = {0};
    int rc = load(&c, argc, argv, err);
    if (rc) {
        config_done(&c);
        return rc;
    }
    *out = c;
    return 0;
}

void config_done(struct config *c)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (rows[i].kind == KIND_TEXT)
            mem_free(*text_of(c, &rows[i]));
    *c = (struct config){0};
}

static void help_default(FILE *to, const struct option_row *row)
{
    if (row->kind != KIND_TEXT)
        fprintf(to, " (%" PRId64 ")", row->number);
    else if (row->text && *row->text)
        fprintf(to, " (%s)", row->text);
}

void config_help(FILE *to)
{
    fputs("Usage: pruned [--config FILE] [OPTION VALUE]...\n\n"
          "The pruning service: REST API, job queue and dashboard.\n"
          "Every option is also a key of the config file, with _ for -.\n\n"
          "  --config FILE\n        read settings from FILE "
          "(lines of `key = value`)\n",
          to);
    for (size_t i = 0; i < N_ROWS; i++) {
        fputs("  --", to);
        for (const char *p = rows[i].name; *p; p++)
            fputc(*p == '_' ? '-' : *p, to);
        fprintf(to, " %s\n        %s", rows[i].argument, rows[i].summary);
        help_default(to, &rows[i]);
        fputc('\n', to);
    }
    fputs("  --help, --version\n", to);
}

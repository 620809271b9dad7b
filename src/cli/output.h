#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/command.h"

/* What people see: a progress bar, numbers with units, aligned tables. */

struct bar {
    int shown;           /* whether to draw at all */
    int terminal;        /* redraws one line; else a line per phase */
    char phase[96];
    int percent;
};

/* Draws when standard error is a terminal or --progress was given. */
void bar_init(struct bar *b, const struct args *a);
/* A prune_progress_f; payload is the bar. */
int bar_tell(void *payload, const char *phase, long long done,
             long long total);
void bar_end(struct bar *b);

/* "7.46 MB", "1.86 M", "0.213 ms", "89.41 %"; "–" when absent (NULL or
 * null). `out` is returned. */
enum { CELL = 40 };
const char *text_bytes(char out[static CELL], const json_t *v);
const char *text_count(char out[static CELL], const json_t *v);
const char *text_ms(char out[static CELL], const json_t *v);
const char *text_percent(char out[static CELL], const json_t *v);
const char *text_ratio(char out[static CELL], const json_t *v);
const char *text_shape(char out[static CELL], const json_t *v);

/* A table: cells are copied; columns are as wide as they need. */
struct table {
    int columns, n, room;
    char (*cells)[CELL];
    const char *align; /* per column 'l' or 'r' */
    int bad;           /* memory was short */
};

void table_init(struct table *t, int columns, const char *align);
void table_cell(struct table *t, const char *text);
/* Prints with a rule under the first row, or as Markdown or CSV. */
void table_print(const struct table *t, FILE *f);
void table_print_markdown(const struct table *t, FILE *f);
void table_done(struct table *t);

/* Original beside pruned: the table of `run` and `eval --against`. */
int print_comparison(const json_t *report, struct prune_error *err);
/* One model's figures: the table of `eval`. */
int print_figures(const json_t *m, struct prune_error *err);
/* "N layers left as they were: …" for refusals, at most a few lines. */
void print_refusals(const json_t *refusals);

/* Prints an answer of the library, which is freed: as it is with --json,
 * else parsed and as `show` has it. PRUNE_E_MEMORY when it cannot be
 * parsed. */
typedef int show_f(const struct args *a, const json_t *tree,
                   struct prune_error *err);
int show_answer(const struct args *a, char *text, show_f *show,
                struct prune_error *err);

#endif

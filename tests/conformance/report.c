#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* --- what may fail ----------------------------------------------------- */

static void stop(const char *path, const char *what)
{
    fprintf(stderr, "conformance: %s: %s\n", path, what);
    exit(2);
}

static void add_known(struct known *k, char *line, const char *path)
{
    char *colon = strstr(line, ": ");
    if (!colon)
        stop(path, "a line is not CASE: REASON");
    *colon = 0;
    size_t room = (size_t)k->n + 1;
    k->names = mem_array(k->names, room, sizeof *k->names);
    k->reasons = mem_array(k->reasons, room, sizeof *k->reasons);
    if (!k->names || !k->reasons)
        stop(path, "not enough memory");
    k->names[k->n] = mem_strdup(line);
    k->reasons[k->n] = mem_strdup(colon + 2);
    if (!k->names[k->n] || !k->reasons[k->n])
        stop(path, "not enough memory");
    k->n++;
}

void known_read(struct known *out, const char *path)
{
    char line[1024];
    *out = (struct known){0};
    FILE *f = fopen(path, "r");
    if (!f)
        stop(path, "cannot be read");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (*line && *line != '#')
            add_known(out, line, path);
    }
    if (f)
        fclose(f);
}

void known_free(struct known *k)
{
    for (int i = 0; i < k->n; i++) {
        mem_free(k->names[i]);
        mem_free(k->reasons[i]);
    }
    mem_free(k->names);
    mem_free(k->reasons);
}

const char *known_reason(const struct known *k, const char *name)
{
    for (int i = 0; i < k->n; i++)
        if (!strcmp(k->names[i], name))
            return k->reasons[i];
    return NULL;
}

enum standing case_standing(const struct test_case *c, const struct known *k)
{
    int known = known_reason(k, c->name) != NULL;
    int ended = !strncmp(c->verdict.why, "crashed", 7) ||
                !strcmp(c->verdict.why, "hung");
    if (c->verdict.outcome == PASSED)
        return known ? MENDED : STANDS;
    return known && !ended ? KNOWN : BROKEN;
}

/* --- the table --------------------------------------------------------- */

struct row {
    const char *op;
    int n[OUTCOMES];
    const char *why; /* of the first that is not supported */
};

static int by_op(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return strcmp(x->op, y->op);
}

static void count_case(struct row *rows, int *n, const struct test_case *c)
{
    int i = 0;
    while (i < *n && strcmp(rows[i].op, c->op) != 0)
        i++;
    if (i == *n)
        rows[(*n)++] = (struct row){.op = c->op};
    rows[i].n[c->verdict.outcome]++;
    if (c->verdict.outcome == UNSUPPORTED && !rows[i].why)
        rows[i].why = c->verdict.why;
}

static void print_rows(const struct case_list *l, const char *prefix)
{
    int n = 0;
    struct row *rows = mem_calloc((size_t)l->n, sizeof *rows);
    if (!rows)
        stop("table", "not enough memory");
    for (int i = 0; i < l->n; i++)
        count_case(rows, &n, &l->at[i]);
    qsort(rows, (size_t)n, sizeof *rows, by_op);
    printf("%s%-28s %6s %6s %13s\n", prefix, "operator", "passed", "failed",
           "not supported");
    for (int i = 0; i < n; i++)
        printf("%s%-28s %6d %6d %13d%s%s\n", prefix, rows[i].op,
               rows[i].n[PASSED], rows[i].n[FAILED], rows[i].n[UNSUPPORTED],
               rows[i].why ? "  " : "", rows[i].why ? rows[i].why : "");
    mem_free(rows);
}

static void print_count(const struct case_list *l, const char *prefix,
                        const char *what, int in_scope, int tensors)
{
    int n[OUTCOMES] = {0}, all = 0;
    for (int i = 0; i < l->n; i++) {
        const struct test_case *c = &l->at[i];
        if ((in_scope >= 0 && c->in_scope != in_scope) ||
            (tensors >= 0 && c->tensors != tensors))
            continue;
        n[c->verdict.outcome]++;
        all++;
    }
    printf("%s%-46s %5d: %4d passed, %3d failed, %3d not supported\n", prefix,
           what, all, n[PASSED], n[FAILED], n[UNSUPPORTED]);
}

void report_table(const struct case_list *l, const char *prefix)
{
    static const char *const words[] = {"", "failed", "not supported"};
    print_rows(l, prefix);
    printf("%s\n", prefix);
    for (int i = 0; i < l->n; i++)
        if (l->at[i].verdict.outcome != PASSED)
            printf("%s%s: %s%s: %s\n", prefix, l->at[i].name,
                   words[l->at[i].verdict.outcome],
                   l->at[i].in_scope ? "" : " (not in scope)",
                   l->at[i].verdict.why);
    printf("%s\n", prefix);
    print_count(l, prefix, "in scope (common types, default domain):", 1, 1);
    print_count(l, prefix, "  with sequences or optionals beside them:", 1,
                0);
    print_count(l, prefix, "other types and domains:", 0, -1);
    print_count(l, prefix, "all:", -1, -1);
}

void report_tap(const struct case_list *l, const struct known *k)
{
    printf("1..%d\n", l->n);
    for (int i = 0; i < l->n; i++) {
        const struct test_case *c = &l->at[i];
        const char *why = known_reason(k, c->name);
        enum standing s = case_standing(c, k);
        printf("%sok %d - %s%s%s\n",
               c->verdict.outcome == PASSED ? "" : "not ", i + 1, c->name,
               s == KNOWN || s == MENDED ? " # TODO " : "",
               s == KNOWN || s == MENDED ? why : "");
        if (c->verdict.outcome != PASSED)
            printf("# %s\n", c->verdict.why);
    }
}

int report_verdict(const struct case_list *l, const struct known *k)
{
    int n[STANDINGS] = {0};
    for (int i = 0; i < l->n; i++) {
        const struct test_case *c = &l->at[i];
        enum standing s = case_standing(c, k);
        n[s]++;
        if (s == BROKEN)
            printf("not ok - %s: %s\n", c->name, c->verdict.why);
        else if (s == MENDED)
            printf("not ok - %s passes, but is listed as what may fail\n",
                   c->name);
    }
    printf("%d passed, %d failed, %d skipped\n", n[STANDS],
           n[BROKEN] + n[MENDED], n[KNOWN]);
    return n[BROKEN] + n[MENDED] > 0;
}

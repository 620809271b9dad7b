#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/output.h"

void table_init(struct table *t, int columns, const char *align)
{
    *t = (struct table){.columns = columns, .align = align};
}

void table_cell(struct table *t, const char *text)
{
    if (t->n == t->room) {
        int room = t->room ? 2 * t->room : 64;
        void *p = mem_array(t->cells, (size_t)room, sizeof *t->cells);
        if (!p) {
            t->bad = 1;
            return;
        }
        t->cells = p;
        t->room = room;
    }
    snprintf(t->cells[t->n++], CELL, "%s", text);
}

/* Columns on the screen: bytes that begin a UTF-8 character. */
static int width(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static int column_width(const struct table *t, int column)
{
    int most = 0;
    for (int i = column; i < t->n; i += t->columns) {
        int w = width(t->cells[i]);
        most = w > most ? w : most;
    }
    return most;
}

static void pad(FILE *f, int n)
{
    fprintf(f, "%*s", n > 0 ? n : 0, "");
}

static void print_row(const struct table *t, FILE *f, int row,
                      const int *widths, const char *between)
{
    for (int c = 0; c < t->columns; c++) {
        const char *text = t->cells[row * t->columns + c];
        int space = widths[c] - width(text);
        int last = c == t->columns - 1;
        fputs(c ? between : "", f);
        if (t->align[c] == 'r')
            pad(f, space);
        fputs(text, f);
        if (t->align[c] != 'r' && !last)
            pad(f, space);
    }
}

static int *all_widths(const struct table *t)
{
    int *w = mem_calloc((size_t)t->columns, sizeof *w);
    for (int c = 0; w && c < t->columns; c++)
        w[c] = column_width(t, c);
    return w;
}

void table_print(const struct table *t, FILE *f)
{
    int *w = all_widths(t), total = 0;
    if (!w)
        return;
    for (int c = 0; c < t->columns; c++)
        total += w[c] + (c ? 2 : 0);
    for (int row = 0; row < t->n / t->columns; row++) {
        print_row(t, f, row, w, "  ");
        fputs("\n", f);
        for (int i = 0; row == 0 && i < total; i++)
            fputs("─", f);
        if (row == 0)
            fputs("\n", f);
    }
    mem_free(w);
}

void table_print_markdown(const struct table *t, FILE *f)
{
    int *w = all_widths(t);
    if (!w)
        return;
    for (int row = 0; row < t->n / t->columns; row++) {
        fputs("| ", f);
        print_row(t, f, row, w, " | ");
        fputs(" |\n", f);
        for (int c = 0; row == 0 && c < t->columns; c++)
            fputs(t->align[c] == 'r' ? "| ---: " : "| :--- ", f);
        if (row == 0)
            fputs("|\n", f);
    }
    mem_free(w);
}

void table_done(struct table *t)
{
    mem_free(t->cells);
    *t = (struct table){0};
}

#include "prune/shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1x3x224x224" */
static int parse_sizes(struct shape *out, const char *text)
{
    out->rank = 0;
    for (const char *p = text;; p++) {
        char *end;
        long long n = strtoll(p, &end, 10);
        if (end == p || n < 1 || n > INT32_MAX || out->rank == MAX_RANK)
            return -1;
        out->dims[out->rank++] = n;
        p = end;
        if (!*p)
            return 0;
        if (*p != 'x')
            return -1;
    }
}

int shapes_parse(struct shapes *out, const char *text,
                 struct prune_error *err)
{
    memset(out, 0, sizeof *out);
    if (strlen(text) >= sizeof out->names)
        return err_set(err, PRUNE_E_USAGE, "shape: the text is too long");
    snprintf(out->names, sizeof out->names, "%s", text);
    for (char *p = out->names; *p;) {
        char *next = p + strcspn(p, ",");
        char *rest = *next ? next + 1 : next;
        *next = 0;
        char *sizes = strrchr(p, '=');
        struct shape_override *item = &out->items[out->n];
        if (sizes)
            *sizes = 0;
        if (!sizes || !*p || out->n == MAX_SHAPES ||
            parse_sizes(&item->shape, sizes + 1))
            return err_set(err, PRUNE_E_USAGE,
                           "shape: \"%.80s\" is not NAME=1x3x224x224 (at "
                           "most %d of them, with commas between)",
                           p, MAX_SHAPES);
        item->input = p;
        out->n++;
        p = rest;
    }
    return 0;
}

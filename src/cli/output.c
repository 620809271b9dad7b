#include "cli/output.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "prune/describe.h"

enum { BAR_WIDTH = 30 };

void bar_init(struct bar *b, const struct args *a)
{
    *b = (struct bar){.terminal = isatty(STDERR_FILENO), .percent = -1};
    b->shown = b->terminal || args_get(a, "progress");
}

static void draw(const struct bar *b)
{
    char bar[BAR_WIDTH + 1];
    int full = b->percent * BAR_WIDTH / 100;
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    if (b->terminal)
        fprintf(stderr, "\r\033[K[%s] %3d %% %s", bar, b->percent, b->phase);
    else
        fprintf(stderr, "%3d %% %s\n", b->percent, b->phase);
    fflush(stderr);
}

int bar_tell(void *payload, const char *phase, long long done,
             long long total)
{
    struct bar *b = payload;
    int percent = total > 0 ? (int)(100 * done / total) : 0;
    int other = strcmp(b->phase, phase) != 0;
    if (!b->shown || (!other && percent == b->percent))
        return 0;
    /* Without a terminal, a line per phase and quarter is enough. */
    if (!b->terminal && !other && percent / 25 == b->percent / 25)
        return 0;
    snprintf(b->phase, sizeof b->phase, "%s", phase);
    b->percent = percent;
    draw(b);
    return 0;
}

void bar_end(struct bar *b)
{
    if (b->shown && b->terminal && b->percent >= 0)
        fputs("\r\033[K", stderr);
    b->shown = 0;
}

static int absent(char out[static CELL], const json_t *v)
{
    if (json_is_number(v))
        return 0;
    strcpy(out, "–");
    return 1;
}

static const char *scaled(char out[static CELL], double x, const char *unit)
{
    static const char *const steps[] = {"", "k", "M", "G", "T"};
    int k = 0;
    for (; x >= 999.5 && k < 4; k++)
        x /= 1000;
    const char *gap = *unit || k ? " " : "";
    if (k == 0)
        snprintf(out, CELL, "%.0f%s%s", x, gap, unit);
    else
        snprintf(out, CELL, "%.*f%s%s%s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0,
                 x, gap, steps[k], unit);
    return out;
}

const char *text_bytes(char out[static CELL], const json_t *v)
{
    return absent(out, v) ? out : scaled(out, json_number_value(v), "B");
}

const char *text_count(char out[static CELL], const json_t *v)
{
    return absent(out, v) ? out : scaled(out, json_number_value(v), "");
}

const char *text_ms(char out[static CELL], const json_t *v)
{
    if (absent(out, v))
        return out;
    double x = json_number_value(v);
    snprintf(out, CELL, "%.*f ms", x < 1 ? 4 : x < 100 ? 3 : 1, x);
    return out;
}

const char *text_percent(char out[static CELL], const json_t *v)
{
    if (!absent(out, v))
        snprintf(out, CELL, "%.2f %%", json_number_value(v));
    return out;
}

const char *text_ratio(char out[static CELL], const json_t *v)
{
    if (!absent(out, v))
        snprintf(out, CELL, "%.3f", json_number_value(v));
    return out;
}

const char *text_shape(char out[static CELL], const json_t *v)
{
    size_t i, n = 0;
    json_t *d;
    if (!json_is_array(v)) {
        strcpy(out, "–");
        return out;
    }
    out[0] = 0;
    json_array_foreach(v, i, d)
    {
        if (n > CELL - 16)
            break;
        n += (size_t)snprintf(out + n, CELL - n,
                              json_is_integer(d) ? "%s%lld" : "%sN",
                              i ? "x" : "",
                              (long long)json_integer_value(d));
    }
    return out;
}

int show_answer(const struct args *a, char *text, show_f *show,
                struct prune_error *err)
{
    if (args_get(a, "json")) {
        puts(text);
        prune_free(text);
        return 0;
    }
    json_t *tree = json_loads(text, 0, NULL);
    prune_free(text);
    int rc = tree ? show(a, tree, err) : err_memory(err, "the answer");
    json_decref(tree);
    return rc;
}

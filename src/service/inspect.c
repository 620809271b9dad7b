/* Looking into an upload: `prune inspect` in a short child, so that a
 * hostile file meets a process that may die. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/upload_internal.h"
#include "sys/log.h"

#define THE_FILE "/proc/self/fd/3"

static void start_next(struct service *s);

/* --- what it found ---------------------------------------------------- */

/* `graph` gets everything, `summary` what is short. */
static int keep_model(struct upload *u, json_t *found)
{
    static const char *const long_ones[] = {"layers", "groups", "refusals",
                                            "nodes", "values"};
    u->graph = json_dump(found);
    for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++)
        json_object_del(found, long_ones[i]);
    u->summary = json_dump(found);
    return u->graph && u->summary ? 0 : -1;
}

static int keep_dataset(struct upload *u, const json_t *found)
{
    u->summary = json_dump(found);
    return u->summary ? 0 : -1;
}

static int take_found(struct upload *u, const struct child_end *end)
{
    json_error_t where;
    json_t *found = json_loadb(end->out, end->n_out, 0, &where);
    int rc = -1;
    if (json_is_object(found))
        rc = u->kind == UPLOAD_DATASET ? keep_dataset(u, found)
                                       : keep_model(u, found);
    json_decref(found);
    return rc;
}

/* --- what went wrong -------------------------------------------------- */

/* The last `prune: error: …` line without its head, and without the name
 * that the file has only for the child. */
static void message_of(char out[static 600], const struct child_end *end)
{
    static const char head[] = "prune: error: ";
    const char *at = end->err;
    for (const char *p = at; (p = strstr(p, head)); p++)
        at = p + sizeof head - 1;
    if (!strncmp(at, THE_FILE ": ", sizeof THE_FILE + 1))
        at += sizeof THE_FILE + 1;
    char line[600];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    const char *inner = strstr(line, THE_FILE);
    if (inner)
        snprintf(out, 600, "%.*sthe file%s", (int)(inner - line), line,
                 inner + sizeof THE_FILE - 1);
    else
        snprintf(out, 600, "%s", line);
}

static void refuse(struct upload *u, const struct child_end *end)
{
    struct answer *a = &u->change.answer;
    enum problem_id bad = u->kind == UPLOAD_DATASET ? PROBLEM_INVALID_DATASET
                                                    : PROBLEM_INVALID_MODEL;
    char message[600];
    message_of(message, end);
    if (end->timed_out)
        answer_problem(a, bad, "Looking into it took longer than %lld s",
                       (long long)u->s->config->inspect_seconds);
    else if (end->overflowed)
        answer_problem(a, bad, "Its description is too long");
    else if (end->signal)
        answer_problem(a, bad, "Looking into it ended by signal %d (%s)",
                       end->signal, strsignal(end->signal));
    else if (end->status == 3 || end->status == 2)
        answer_problem(a, bad, "%s", message);
    else
        answer_problem(a, PROBLEM_INTERNAL,
                       "Looking into it failed (exit status %d): %s",
                       end->status, message);
    log_warn("upload-refused", "sha256", u->file.hex, "detail",
             json_text(a->body, "detail", NULL));
}

static void ended(void *data, const struct child_end *end)
{
    struct upload *u = data;
    struct service *s = u->s;
    s->inspecting--;
    if (end->status || end->signal || end->timed_out || end->overflowed)
        refuse(u, end);
    else if (take_found(u, end))
        answer_problem(&u->change.answer, PROBLEM_INTERNAL,
                       "%s inspect gave no JSON object", s->config->prune);
    upload_looked(u);
    start_next(s);
}

/* --- starting --------------------------------------------------------- */

/* One setting of a data set as the command line takes it: numbers with
 * commas between. NULL where it is not set. */
static char *flat(const json_t *settings, const char *key)
{
    const json_t *value = json_object_get(settings, key);
    if (json_is_string(value))
        return mem_strdup(json_string_value(value));
    char *text = value ? json_dump(value) : NULL;
    if (!text)
        return NULL;
    size_t k = 0;
    for (const char *p = text; *p; p++)
        if (*p != '[' && *p != ']')
            text[k++] = *p;
    text[k] = '\0';
    return text;
}

enum { MOST_ARGS = 16 };

/* `--scale 255 --mean …` behind the n arguments there are; what was made
 * is remembered in `mine` to be freed. */
static size_t add_settings(const char **args, size_t n, char *mine[4],
                           const char *text)
{
    static const char *const keys[] = {"scale", "mean", "std", "layout"};
    static const char *const options[] = {"--scale", "--mean", "--std",
                                          "--layout"};
    json_t *settings = json_loads(text, 0, NULL);
    for (size_t i = 0; i < 4; i++) {
        mine[i] = flat(settings, keys[i]);
        if (!mine[i])
            continue;
        args[n++] = options[i];
        args[n++] = mine[i];
    }
    json_decref(settings);
    return n;
}

static int start_child(struct upload *u, struct prune_error *err)
{
    struct service *s = u->s;
    const char *args[MOST_ARGS] = {s->config->prune, "inspect", "--json"};
    char *mine[4] = {NULL};
    size_t n = 3;
    if (u->kind == UPLOAD_DATASET) {
        args[n++] = "--dataset";
        args[n++] = THE_FILE;
        add_settings(args, n, mine, u->dataset_settings);
    } else {
        args[n++] = THE_FILE;
    }
    struct child_request request = {
        .loop = &s->loop,
        .args = args,
        .fd = u->file.fd,
        .memory_bytes = s->config->job_memory,
        .cpu_seconds = s->config->inspect_seconds,
        .wall_ms = s->config->inspect_seconds * 1000,
        .most_output = INSPECT_LARGEST,
        .ended = ended,
        .data = u,
    };
    struct child *child;
    int rc = child_start(&child, &request, err);
    for (size_t i = 0; i < 4; i++)
        mem_free(mine[i]);
    return rc;
}

static void start_one(struct upload *u)
{
    struct prune_error err = {0};
    u->s->inspecting++;
    if (!start_child(u, &err))
        return;
    u->s->inspecting--;
    answer_problem(&u->change.answer, PROBLEM_INTERNAL, "%s", err.text);
    upload_looked(u);
}

static void start_next(struct service *s)
{
    while (s->waiting && s->inspecting <= s->config->workers) {
        struct upload *u = s->waiting;
        s->waiting = u->next_waiting;
        start_one(u);
    }
}

/* The same bytes under a model's digest were looked into before. */
static int is_known(struct upload *u)
{
    int64_t known = 0;
    if (u->kind != UPLOAD_DATASET)
        (void)db_number(u->s->db, &known, 0, NULL,
                        "SELECT 1 FROM model_info WHERE sha256 = ?", "t",
                        u->file.hex);
    return known == 1;
}

void upload_look(struct upload *u)
{
    if (is_known(u)) {
        upload_looked(u);
        return;
    }
    struct upload **at = &u->s->waiting;
    while (*at)
        at = &(*at)->next_waiting;
    *at = u;
    start_next(u->s);
}

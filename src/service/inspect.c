/* Looking into an upload: `prune inspect` in a short child, so that a
 * hostile file meets a process that may die. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "service/model_files.h"
#include "service/upload_internal.h"
#include "sys/log.h"

#define THE_FILE "/proc/self/fd/3"
enum { PATH_MOST = 4096 };

static void start_next(struct service *s);

/* --- what it found ---------------------------------------------------- */

/* Everything, and what is short. */
static int keep_found(char **summary, char **graph, json_t *found)
{
    static const char *const long_ones[] = {"layers", "groups", "refusals",
                                            "nodes", "values"};
    *graph = json_dump(found);
    for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++)
        json_object_del(found, long_ones[i]);
    *summary = json_dump(found);
    return *graph && *summary ? 0 : -1;
}

/* Which external data it needs, and nothing else. */
static int keep_needed(struct upload *u, json_t *needed)
{
    json_t *o = json_object();
    if (json_put(o, "external_data", json_incref(needed))) {
        json_decref(o);
        return -1;
    }
    u->summary = json_dump(o);
    u->graph = mem_strdup("{}");
    json_decref(o);
    return u->summary && u->graph ? 0 : -1;
}

/* Files beside a model have names that a path below the model can have. */
static int refuse_name(struct upload *u, const json_t *needed)
{
    const json_t *need;
    size_t i;
    json_array_foreach (needed, i, need) {
        const char *name = json_text(need, "file", "");
        if (model_file_name_is_valid(name))
            continue;
        return answer_problem(&u->change.answer, PROBLEM_INVALID_MODEL,
                              "Its external data '%.140s' cannot be uploaded "
                              "under that name; save the model with "
                              "location='weights.bin'", name);
    }
    if (json_array_size(needed) > MODEL_FILES_MOST)
        return answer_problem(&u->change.answer, PROBLEM_INVALID_MODEL,
                              "Its external data are more than %d files; "
                              "save them in one", MODEL_FILES_MOST);
    if (u->kind == UPLOAD_PRUNE)
        return answer_problem(&u->change.answer, PROBLEM_INVALID_MODEL,
                              "Its external data do not fit into one "
                              "request: PUT /v1/models/{name}, PUT "
                              "/v1/models/{name}/{file}, POST /v1/jobs");
    return 0;
}

static int keep_model(struct upload *u, json_t *found)
{
    json_t *needed = json_object_get(found, "external_data");
    if (!json_array_size(needed))
        return keep_found(&u->summary, &u->graph, found);
    if (refuse_name(u, needed))
        return 0;
    int rc = keep_needed(u, needed);
    int whole = !json_array_size(json_object_get(found, "missing"));
    if (!rc && whole)
        rc = keep_found(&u->own_summary, &u->own_graph, found);
    return rc;
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

/* What the child knows the upload by. */
static size_t path_of(char out[static PATH_MOST], const struct upload *u)
{
    int n = u->folder
                ? snprintf(out, PATH_MOST, "%s/model.onnx", u->folder)
                : snprintf(out, PATH_MOST, "%s", THE_FILE);
    return n < PATH_MOST ? (size_t)n : PATH_MOST - 1;
}

/* --- what went wrong -------------------------------------------------- */

/* The last `prune: error: …` line without its head, and without the name
 * that the file has only for the child. */
static void message_of(char out[static 600], const struct upload *u,
                       const struct child_end *end)
{
    static const char head[] = "prune: error: ";
    char path[PATH_MOST];
    size_t n = path_of(path, u);
    const char *at = end->err;
    for (const char *p = at; (p = strstr(p, head)); p++)
        at = p + sizeof head - 1;
    if (!strncmp(at, path, n) && !strncmp(at + n, ": ", 2))
        at += n + 2;
    char line[600];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    const char *inner = strstr(line, path);
    if (inner)
        snprintf(out, 600, "%.*sthe file%s", (int)(inner - line), line,
                 inner + n);
    else
        snprintf(out, 600, "%s", line);
}

static void refuse(struct upload *u, const struct child_end *end)
{
    struct answer *a = &u->change.answer;
    enum problem_id bad = u->kind == UPLOAD_DATASET ? PROBLEM_INVALID_DATASET
                                                    : PROBLEM_INVALID_MODEL;
    char message[600];
    message_of(message, u, end);
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
    log_warn("upload-refused", "sha256", u->blob.hex, "detail",
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
    char *mine[4] = {NULL}, path[PATH_MOST];
    size_t n = 3;
    path_of(path, u);
    if (u->kind == UPLOAD_DATASET) {
        args[n++] = "--dataset";
        args[n++] = THE_FILE;
        add_settings(args, n, mine, u->dataset_settings);
    } else {
        args[n++] = "--allow-missing";
        args[n++] = path;
    }
    struct child_request request = {
        .loop = &s->loop,
        .args = args,
        .fd = u->blob.fd,
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

/* Whether a file beside a model says something new about it now. 1, 0, or
 * negative on an error. */
static int is_needed(const struct upload *u, struct prune_error *err)
{
    int64_t n;
    int rc = db_number(u->s->db, &n, 0, err,
                       "SELECT count(*) FROM model m JOIN model_info i "
                       "USING (sha256), json_each(i.summary, "
                       "'$.external_data') e WHERE m.name = ? "
                       "AND e.value ->> '$.file' = ?",
                       "tt", u->name, u->file);
    return rc ? rc : n > 0;
}

static void start_one(struct upload *u)
{
    struct prune_error err = {0};
    int rc = u->kind == UPLOAD_DATA ? is_needed(u, &err) : 1;
    if (rc == 0) {
        upload_looked(u); /* kept until its model comes */
        return;
    }
    if (rc == 1)
        rc = u->kind == UPLOAD_DATASET ? 0 : look_folder_make(u, &err);
    u->s->inspecting++;
    if (!rc && !start_child(u, &err))
        return;
    u->s->inspecting--;
    answer_problem(&u->change.answer, PROBLEM_INTERNAL, "%s", err.text);
    upload_looked(u);
}

/* Whether uploads of the same model have to be over first. */
static int has_a_name(const struct upload *u)
{
    return u->kind == UPLOAD_MODEL || u->kind == UPLOAD_DATA;
}

static int must_wait(const struct upload *u)
{
    const struct upload *o = has_a_name(u) ? u->s->settling : NULL;
    while (o && strcmp(o->name, u->name) != 0)
        o = o->next_settling;
    return o != NULL;
}

static void begin_to_settle(struct upload *u)
{
    if (!has_a_name(u))
        return;
    u->settling = 1;
    u->next_settling = u->s->settling;
    u->s->settling = u;
}

/* The first that may go; NULL: none. */
static struct upload *take_next(struct service *s)
{
    struct upload **at = &s->waiting;
    while (*at && must_wait(*at))
        at = &(*at)->next_waiting;
    struct upload *u = *at;
    if (u)
        *at = u->next_waiting;
    return u;
}

static void start_next(struct service *s)
{
    struct upload *u;
    while (s->inspecting <= s->config->workers && (u = take_next(s))) {
        begin_to_settle(u);
        start_one(u);
    }
}

void upload_settled(struct upload *u)
{
    if (!u->settling)
        return;
    struct upload **at = &u->s->settling;
    while (*at != u)
        at = &(*at)->next_settling;
    *at = u->next_settling;
    u->settling = 0;
    start_next(u->s);
}

/* The same bytes under a model's digest were looked into before, and there
 * is nothing beside them. */
static int is_known(struct upload *u)
{
    int64_t known = 0;
    if (u->kind == UPLOAD_MODEL || u->kind == UPLOAD_PRUNE)
        (void)db_number(u->s->db, &known, 0, NULL,
                        "SELECT 1 FROM model_info WHERE sha256 = ? "
                        "AND summary ->> '$.external_data' IS NULL", "t",
                        u->blob.hex);
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
    u->next_waiting = NULL;
    start_next(u->s);
}

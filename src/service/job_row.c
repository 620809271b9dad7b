/* The document of a job. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "service/rows.h"

enum column {
    ID, STATE, MODEL, MODEL_SHA256, DATASET, DATASET_SHA256, GROUP,
    TECHNIQUE, TARGET, SETTINGS, ATTEMPT, CANCEL_REQUESTED, CREATED, STARTED,
    FINISHED, PROGRESS, ERROR_, REVISION_, SEQ, POSITION, REPORT
};

/* A name, or the digest of what has none. */
static int put_ref(json_t *o, const char *key, sqlite3_stmt *row, int name,
                   int sha256)
{
    const char *hex = db_text_or_null(row, sha256);
    const char *text = db_text_or_null(row, name);
    char ref[8 + SHA256_HEX], hex_key[32];
    if (!hex)
        return 0;
    snprintf(ref, sizeof ref, "sha256:%.64s", hex);
    snprintf(hex_key, sizeof hex_key, "%s_sha256", key);
    if (json_put_text(o, key, text ? text : ref))
        return -1;
    return json_put_text(o, hex_key, hex);
}

static int put_texts(json_t *o, sqlite3_stmt *row)
{
    const char *group = db_text_or_null(row, GROUP);
    int rc = json_put_text(o, "id", db_text(row, ID)) ||
             json_put_text(o, "state", db_text(row, STATE)) ||
             put_ref(o, "model", row, MODEL, MODEL_SHA256) ||
             put_ref(o, "dataset", row, DATASET, DATASET_SHA256);
    if (!rc && group)
        rc = json_put_text(o, "group", group);
    return rc || json_put_text(o, "technique", db_text(row, TECHNIQUE)) ||
           put_json(o, "target", db_text_or_null(row, TARGET)) ||
           put_json(o, "settings", db_text_or_null(row, SETTINGS));
}

static int put_course(json_t *o, sqlite3_stmt *row)
{
    int running = !strcmp(db_text(row, STATE), "running");
    int rc = json_put_int(o, "attempt", sqlite3_column_int64(row, ATTEMPT));
    if (!rc && running && sqlite3_column_int(row, CANCEL_REQUESTED))
        rc = json_put_bool(o, "cancel_requested", 1);
    if (!rc && sqlite3_column_type(row, POSITION) != SQLITE_NULL)
        rc = json_put_int(o, "position",
                          sqlite3_column_int64(row, POSITION));
    return rc || put_time(o, "created", row, CREATED) ||
           put_time(o, "started", row, STARTED) ||
           put_time(o, "finished", row, FINISHED) ||
           put_json(o, "progress", db_text_or_null(row, PROGRESS)) ||
           put_json(o, "error", db_text_or_null(row, ERROR_)) ||
           put_json(o, "report", db_text_or_null(row, REPORT));
}

static int put_link(json_t *links, const char *key, const char *format,
                    const char *id)
{
    char path[96];
    snprintf(path, sizeof path, "/v1/jobs/%s%s", id, format);
    return json_put_text(links, key, path);
}

/* Only what can be followed now. */
static int put_links(json_t *o, sqlite3_stmt *row)
{
    const char *id = db_text(row, ID), *state = db_text(row, STATE);
    int done = !strcmp(state, "succeeded");
    int open = !strcmp(state, "queued") || !strcmp(state, "running");
    json_t *links = json_object();
    int rc = put_link(links, "self", "", id) ||
             put_link(links, "events", "/events", id) ||
             put_link(links, "log", "/log", id);
    if (!rc && open)
        rc = put_link(links, "cancel", "/cancel", id);
    if (!rc && done)
        rc = put_link(links, "model", "/model", id) ||
             put_link(links, "report", "/report", id);
    if (rc) {
        json_decref(links);
        return -1;
    }
    return json_put(o, "links", links);
}

json_t *job_row(sqlite3_stmt *row)
{
    json_t *o = json_object();
    if (!o || put_texts(o, row) || put_course(o, row) || put_links(o, row)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

json_t *job_document(struct db *db, const char *id, int64_t *revision,
                     struct answer *a)
{
    struct prune_error err = {0};
    sqlite3_stmt *row =
        db_query(db, &err,
                 "SELECT " JOB_COLUMNS JOB_REPORT " FROM job j WHERE id = ?",
                 "t", id);
    int rc = row ? db_step(db, row, &err) : PRUNE_E_FAILED;
    if (rc < 0)
        answer_problem(a, PROBLEM_INTERNAL, "%s", err.text);
    if (rc == 0)
        answer_problem(a, PROBLEM_NOT_FOUND, "There is no job '%.40s'", id);
    if (rc != 1)
        return NULL;
    json_t *o = job_row(row);
    if (revision)
        *revision = sqlite3_column_int64(row, JOB_REVISION);
    db_reset(row);
    if (!o)
        answer_problem(a, PROBLEM_INTERNAL, "Memory is short");
    return o;
}

#ifndef SERVICE_ROWS_H
#define SERVICE_ROWS_H

#include <jansson.h>
#include <sqlite3.h>

#include "base/sha256.h"
#include "service/answer.h"
#include "store/db.h"

/* Rows as JSON documents, and what references mean. Any connection. */

/* [A-Za-z0-9._-]{1,128}, not beginning with a dot. */
int name_is_valid(const char *name);

/* The digest that a reference (name or sha256:<hex>) means: 1 found, 0 not,
 * negative error. `settings`: JSON text for mem_free, or NULL: not wanted. */
int model_resolve(struct db *db, const char *ref, char hex[static SHA256_HEX],
                  struct prune_error *err);
int dataset_resolve(struct db *db, const char *ref,
                    char hex[static SHA256_HEX], char **settings,
                    struct prune_error *err);

/* Whether the file of a row is there, as far as the store knows. */
int blob_is_present(struct db *db, const char *hex, int *out,
                    struct prune_error *err);

/* The document of one thing, new; NULL with a problem in *a. */
json_t *model_document(struct db *db, const char *ref, struct answer *a);
/* The same of a model that can be used; else the problem. */
json_t *ready_model(struct db *db, const char *ref, struct answer *a);
json_t *dataset_document(struct db *db, const char *ref, struct answer *a);
json_t *job_document(struct db *db, const char *id, int64_t *revision,
                     struct answer *a);

/* What a row for model_row selects, of model m, model_info i and blob b.
 * The last is what lies beside it. */
#define MODEL_COLUMNS                                                         \
    "m.name, b.sha256, b.bytes, b.state, coalesce(m.created, b.created), "    \
    "m.updated, i.summary, m.summary, "                                       \
    "(SELECT json_group_array(json_object('file', x.name, 'sha256', "         \
    "x.sha256, 'bytes', x.bytes, 'file_state', x.state)) FROM "               \
    "(SELECT f.name, f.sha256, fb.bytes, fb.state FROM model_file f "         \
    "JOIN blob fb USING (sha256) WHERE f.model = m.name ORDER BY f.name) x)"

/* That row as a document; NULL: memory is short. `state` is "ready", or
 * "incomplete" as long as external data are missing; `problem` says which
 * and what to do. */
json_t *model_row(sqlite3_stmt *row);
/* A row of the columns name, sha256, bytes, state, created, updated, info,
 * settings. */
json_t *dataset_row(sqlite3_stmt *row);

/* What a row for job_row selects; the report without its longest parts
 * when `brief`. */
#define JOB_COLUMNS                                                           \
    "j.id, j.state, j.model, j.model_sha256, j.dataset, j.dataset_sha256, "   \
    "j.group_id, j.technique, j.target, j.settings, j.attempt, "              \
    "j.cancel_requested, j.created, j.started, j.finished, j.progress, "      \
    "j.error, j.revision, j.seq, CASE j.state WHEN 'queued' THEN "            \
    "(SELECT count(*) FROM job q WHERE q.state = 'queued' "                   \
    "AND q.seq <= j.seq) END, "
#define JOB_REPORT "j.report"
#define JOB_REPORT_BRIEF "json_remove(j.report, '$.layers', '$.refusals')"
enum { JOB_REVISION = 17, JOB_SEQ = 18 };
json_t *job_row(sqlite3_stmt *row);

/* Puts o[key] = RFC 3339 of a column, or nothing for NULL. */
int put_time(json_t *o, const char *key, sqlite3_stmt *row, int column);
/* Puts o[key] = the JSON that `text` is, or nothing for NULL. */
int put_json(json_t *o, const char *key, const char *text);

#endif

#ifndef SERVICE_MODEL_FILES_H
#define SERVICE_MODEL_FILES_H

#include <jansson.h>
#include <sqlite3.h>

#include "base/sha256.h"
#include "service/internal.h"

/* External data: files that lie beside a model under names of their own.
 * What a model needs is known from looking into it ("external_data": [{
 * "file", "bytes_needed"}]), what there is from the rows of model_file;
 * whether it is complete is always worked out from the two. */

enum { MODEL_FILES_MOST = 1000 };

/* Whether a file may have this name: a model's name, and none that the
 * folder of a worker or an address below the model has already. */
int model_file_name_is_valid(const char *name);

/* Columns of a row of model_file with its blob, as model_file_row reads
 * them. */
#define MODEL_FILE_COLUMNS                                                    \
    "f.name, f.sha256, b.bytes, b.state, f.created, f.updated, f.model"
json_t *model_file_row(sqlite3_stmt *row);

/* [{"file", "bytes_needed", "bytes"}]: which of `needed` are not among
 * `files` (as MODEL_COLUMNS selects them), or too short; `bytes` only for
 * the latter. Empty: none; NULL: memory is short. */
json_t *model_files_missing(const json_t *needed, const json_t *files);

/* The sentence that says what is missing and what to do. `name` NULL: the
 * model has none. */
void model_files_tell(char *out, size_t room, const char *name,
                      const json_t *missing);

/* The digest of one file: 1 found, 0 not, negative error. */
int model_file_resolve(struct db *db, const char *model, const char *file,
                       char hex[static SHA256_HEX], struct prune_error *err);

/* The document of one file; NULL with a problem in *a. */
json_t *model_file_document(struct db *db, const char *model,
                            const char *file, struct answer *a);

/* The name whose files belong to a reference: the name itself, or the first
 * name of a digest; "" where there is none. */
int model_files_owner(struct db *db, const char *ref, char name[static 129],
                      struct prune_error *err);

/* Inside a change: removes all files of a name; *n says how many. */
int model_files_remove(struct service *s, const char *model, int64_t *n,
                       struct prune_error *err);

/* Digests that a query of one column and one parameter gives, to be
 * released once their rows are gone; hex_list_done frees. */
int hex_list_read(struct hex_list *out, struct db *db, sqlite3_stmt *rows,
                  struct prune_error *err);
int hex_list_release(struct service *s, const struct hex_list *l,
                     struct prune_error *err);
void hex_list_done(struct hex_list *l);

#endif

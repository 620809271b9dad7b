/* A folder in which a child finds a model and what lies beside it. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "service/upload_internal.h"
#include "sys/id.h"

static int link_upload(const struct upload *u, const char *name,
                       struct prune_error *err)
{
    char *path = mem_printf("%s/%s", u->folder, name);
    int rc = path ? blob_file_link_to(&u->blob, path, err)
                  : err_memory(err, "a path");
    mem_free(path);
    return rc;
}

/* The files of that name as they are, but for the one that is coming. */
static int link_beside(const struct upload *u, struct prune_error *err)
{
    struct service *s = u->s;
    sqlite3_stmt *rows =
        db_query(s->db, err,
                 "SELECT name, sha256 FROM model_file JOIN blob USING "
                 "(sha256) WHERE model = ? AND name <> ? "
                 "AND state = 'present'",
                 "tt", u->name, u->file);
    int rc = rows ? 1 : PRUNE_E_FAILED;
    while (rc == 1 && (rc = db_step(s->db, rows, err)) == 1) {
        int bad = folder_link(s, u->folder, db_text(rows, 1),
                              db_text(rows, 0), err);
        if (bad) {
            db_reset(rows);
            return bad;
        }
    }
    return rc;
}

/* Beside which model the file comes to lie. */
static int link_model(const struct upload *u, struct prune_error *err)
{
    struct service *s = u->s;
    sqlite3_stmt *row = db_query(s->db, err,
                                 "SELECT sha256 FROM model WHERE name = ?",
                                 "t", u->name);
    int rc = row ? db_step(s->db, row, err) : PRUNE_E_FAILED;
    if (rc != 1)
        return rc ? rc
                  : err_set(err, PRUNE_E_FAILED, "the model is gone");
    rc = folder_link(s, u->folder, db_text(row, 0), "model.onnx", err);
    db_reset(row);
    return rc;
}

int look_folder_make(struct upload *u, struct prune_error *err)
{
    char id[ID_TEXT];
    if (id_new(id, 'l'))
        return err_set(err, PRUNE_E_FAILED, "no randomness");
    u->folder = mem_printf("%s/%s", u->s->state.work, id);
    if (!u->folder)
        return err_memory(err, "a path");
    if (mkdir(u->folder, 0700))
        return err_set(err, PRUNE_E_FAILED, "%s: %s", u->folder,
                       strerror(errno));
    int model = u->kind != UPLOAD_DATA;
    int rc = link_upload(u, model ? "model.onnx" : u->file, err);
    if (!rc && !model)
        rc = link_model(u, err);
    return rc || u->kind == UPLOAD_PRUNE ? rc : link_beside(u, err);
}

/* The rows of blobs, and the sweep that holds them against the files. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/blob.h"
#include "sys/clock.h"
#include "sys/log.h"

int blob_insert(struct db *db, const char *hex, int64_t bytes,
                struct prune_error *err)
{
    return db_run(db, err,
                  "INSERT INTO blob (sha256, bytes, created) VALUES (?,?,?) "
                  "ON CONFLICT (sha256) DO UPDATE SET state = 'present'",
                  "tii", hex, bytes, clock_now());
}

int blob_release(struct db *db, const char *hex, int *gone,
                 struct prune_error *err)
{
    int rc = db_run(
        db, err,
        "DELETE FROM blob WHERE sha256 = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM model WHERE sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM dataset WHERE sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM job WHERE model_sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM job WHERE dataset_sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM job WHERE output_sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM model_file WHERE sha256 = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM job_file WHERE sha256 = ?1)",
        "t", hex);
    if (!rc)
        *gone = db_changes(db) > 0;
    return rc;
}

int blob_exists(struct db *db, const char *hex, int *out,
                struct prune_error *err)
{
    int64_t n;
    int rc = db_number(db, &n, 0, err, "SELECT 1 FROM blob WHERE sha256 = ?",
                       "t", hex);
    if (!rc)
        *out = n == 1;
    return rc;
}

/* Cannot happen as long as every change releases what it lets go of. */
static int drop_unreferenced(struct db *db, struct prune_error *err)
{
    return db_run(db, err,
                  "DELETE FROM blob WHERE "
                  "sha256 NOT IN (SELECT sha256 FROM model) "
                  "AND sha256 NOT IN (SELECT sha256 FROM dataset) "
                  "AND sha256 NOT IN (SELECT model_sha256 FROM job) "
                  "AND sha256 NOT IN (SELECT dataset_sha256 FROM job "
                  "WHERE dataset_sha256 IS NOT NULL) "
                  "AND sha256 NOT IN (SELECT output_sha256 FROM job "
                  "WHERE output_sha256 IS NOT NULL) "
                  "AND sha256 NOT IN (SELECT sha256 FROM model_file) "
                  "AND sha256 NOT IN (SELECT sha256 FROM job_file)",
                  "");
}

static int sweep_file(struct db *db, const char *folder, const char *name,
                      struct blob_sweep *out, struct prune_error *err)
{
    int known = 0;
    int rc = blob_exists(db, name, &known, err);
    if (rc || known)
        return rc;
    char *path = mem_printf("%s/%s", folder, name);
    if (!path)
        return err_memory(err, "a path");
    if (unlink(path) == 0) {
        out->removed++;
        log_warn("blob-removed", "path", path, "why", "no row names it");
    }
    mem_free(path);
    return 0;
}

/* Every file of a folder; sub-folders where `deep`. */
static int sweep_folder(struct db *db, const char *folder, int deep,
                        struct blob_sweep *out, struct prune_error *err)
{
    DIR *d = opendir(folder);
    if (!d)
        return errno == ENOTDIR
                   ? 0
                   : err_set(err, PRUNE_E_FAILED, "%s: %s", folder,
                             strerror(errno));
    int rc = 0;
    for (struct dirent *e; !rc && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (!deep) {
            rc = sweep_file(db, folder, e->d_name, out, err);
            continue;
        }
        char *sub = mem_printf("%s/%s", folder, e->d_name);
        rc = sub ? sweep_folder(db, sub, 0, out, err)
                 : err_memory(err, "a path");
        mem_free(sub);
    }
    closedir(d);
    return rc;
}

/* Unfinished uploads of file systems without O_TMPFILE. */
static void sweep_temporary(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));)
        if (!strncmp(e->d_name, "tmp-", 4))
            (void)unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

static int is_whole(const char *dir, const char *hex, int64_t bytes)
{
    struct stat st;
    char *path = blob_path(dir, hex);
    int whole = path && !stat(path, &st) && S_ISREG(st.st_mode) &&
                st.st_size == bytes;
    mem_free(path);
    return whole;
}

static int mark(struct db *db, const char *hex, int whole,
                struct prune_error *err)
{
    return db_run(db, err, "UPDATE blob SET state = ? WHERE sha256 = ?",
                  "tt", whole ? "present" : "missing", hex);
}

static int sweep_rows(struct db *db, const char *dir, struct blob_sweep *out,
                      struct prune_error *err)
{
    sqlite3_stmt *rows =
        db_query(db, err, "SELECT sha256, bytes, state FROM blob", "");
    if (!rows)
        return PRUNE_E_FAILED;
    int rc;
    while ((rc = db_step(db, rows, err)) == 1) {
        const char *hex = db_text(rows, 0);
        int whole = is_whole(dir, hex, sqlite3_column_int64(rows, 1));
        int was = !strcmp(db_text(rows, 2), "present");
        if (!whole) {
            out->missing++;
            log_error("blob-missing", "sha256", hex);
        }
        if (whole != was && (rc = mark(db, hex, whole, err))) {
            db_reset(rows);
            return rc;
        }
    }
    return rc;
}

int blob_sweep(struct db *db, const char *dir, struct blob_sweep *out,
               struct prune_error *err)
{
    struct blob_sweep found = {0};
    char *hashes = mem_printf("%s/sha256", dir);
    if (!hashes)
        return err_memory(err, "a path");
    int rc = drop_unreferenced(db, err);
    if (!rc)
        rc = sweep_folder(db, hashes, 1, &found, err);
    if (!rc)
        rc = sweep_rows(db, dir, &found, err);
    sweep_temporary(dir);
    mem_free(hashes);
    if (!rc)
        *out = found;
    return rc;
}

#include "http/assets.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

const char *assets_type(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t m = strlen(types[i].ending);
        if (n > m && !strcmp(path + n - m, types[i].ending))
            return types[i].type;
    }
    return "application/octet-stream";
}

const struct asset *assets_find(const struct assets *a, const char *path)
{
    for (size_t i = 0; i < a->n; i++)
        if (!strcmp(a->items[i].path, path))
            return &a->items[i];
    return NULL;
}

void assets_done(struct assets *a)
{
    for (size_t i = 0; i < a->n; i++) {
        mem_free(a->items[i].path);
        mem_free(a->items[i].bytes);
    }
    mem_free(a->items);
    *a = (struct assets){0};
}

static int grow(struct assets *a, struct prune_error *err)
{
    if (a->n == ASSETS_MOST)
        return err_set(err, PRUNE_E_INPUT,
                       "the dashboard has more than %d files", ASSETS_MOST);
    struct asset *items = mem_array(a->items, a->n + 1, sizeof *items);
    if (!items)
        return err_memory(err, "the dashboard's files");
    a->items = items;
    items[a->n] = (struct asset){0};
    return 0;
}

/* One file at `full`, known to requests as `path`. */
static int add(struct assets *a, const char *full, const char *path,
               int is_empty, struct prune_error *err)
{
    struct file_map m = {0};
    if (assets_find(a, path))
        return 0;
    int rc = grow(a, err);
    if (rc == 0 && !is_empty) /* nothing cannot be mapped */
        rc = file_map(&m, full, ASSET_BYTES, err);
    if (rc)
        return rc;
    struct asset *item = &a->items[a->n++];
    item->type = assets_type(path);
    item->size = m.size;
    item->path = mem_strdup(path);
    item->bytes = mem_calloc(m.size + 1, 1);
    if (item->bytes && m.size)
        memcpy(item->bytes, m.data, m.size);
    item->etag[0] = '"';
    sha256_of(item->bytes ? item->bytes : "", item->bytes ? m.size : 0,
               item->etag + 1);
    strcat(item->etag, "\"");
    if (!is_empty)
        file_unmap(&m);
    return item->path && item->bytes ? 0 : err_memory(err, path);
}

static int load(struct assets *a, const char *folder, const char *prefix,
                int depth, struct prune_error *err);

/* One entry of a folder. */
static int entry(struct assets *a, const char *folder, const char *prefix,
                 const char *name, int depth, struct prune_error *err)
{
    struct stat st;
    int rc = 0;
    char *full = mem_printf("%s/%s", folder, name);
    char *path = mem_printf("%s%s", prefix, name);
    if (!full || !path)
        rc = err_memory(err, name);
    else if (lstat(full, &st))
        rc = err_set(err, PRUNE_E_INPUT, "%s: %s", full, strerror(errno));
    else if (S_ISREG(st.st_mode) && st.st_size <= ASSET_BYTES)
        rc = add(a, full, path, st.st_size == 0, err);
    else if (S_ISDIR(st.st_mode) && depth > 0) {
        char *below = mem_printf("%s/", path);
        rc = below ? load(a, full, below, depth - 1, err)
                   : err_memory(err, name);
        mem_free(below);
    }
    mem_free(full);
    mem_free(path);
    return rc;
}

static int load(struct assets *a, const char *folder, const char *prefix,
                int depth, struct prune_error *err)
{
    DIR *d = opendir(folder);
    int rc = 0;
    if (!d)
        return err_set(err, PRUNE_E_INPUT, "%s: %s", folder,
                       strerror(errno));
    for (struct dirent *e; rc == 0 && (e = readdir(d));)
        if (e->d_name[0] != '.')
            rc = entry(a, folder, prefix, e->d_name, depth, err);
    closedir(d);
    return rc;
}

int assets_load(struct assets *a, const char *folder,
                struct prune_error *err)
{
    return load(a, folder, "", 4, err);
}

static int is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* DIRECTORY OF THIS PROGRAM/`rest` into out; 0, or -1 where it is unknown or
 * no folder. */
static int beside(char out[static PATH_MAX + 32], const char *rest)
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX);
    if (n <= 0)
        return -1;
    out[n] = 0;
    strcpy(strrchr(out, '/'), rest);
    return is_folder(out) ? 0 : -1;
}

int assets_load_default(struct assets *a, struct prune_error *err)
{
    char folder[PATH_MAX + 32];
    /* The build folder has the copied library alone, unless it is the source
     * tree as well. */
    if (beside(folder, "/www") == 0) {
        int rc = assets_load(a, folder, err);
        if (rc == 0 && is_folder(PRUNE_SRCDIR "/www"))
            rc = assets_load(a, PRUNE_SRCDIR "/www", err);
        return rc;
    }
    /* An installation that was moved as a whole. */
    if (beside(folder, "/../share/pruned/www") == 0)
        return assets_load(a, folder, err);
    if (is_folder(PRUNE_PKGDATADIR "/www"))
        return assets_load(a, PRUNE_PKGDATADIR "/www", err);
    return 0;
}

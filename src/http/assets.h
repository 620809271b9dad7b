#ifndef HTTP_ASSETS_H
#define HTTP_ASSETS_H

#include <stddef.h>

#include "base/err.h"
#include "base/sha256.h"

/* The dashboard's files, read once at start. A request is looked up among
 * them by its whole path, so that no path can lead out of the folder. */
struct asset {
    char *path; /* "style.css", "vendor/chart.mjs" */
    const char *type;
    char *bytes;
    size_t size;
    char etag[SHA256_HEX + 2]; /* quoted */
};

struct assets {
    struct asset *items;
    size_t n;
};

enum {
    ASSETS_MOST = 256,
    ASSET_BYTES = 8 << 20, /* of one file */
};

/* Adds every regular file below `folder`; a path that is there already
 * stays as it is. Hidden files, links and files too large are left out. */
int assets_load(struct assets *a, const char *folder,
                struct prune_error *err);

/* The dashboard where it is when nobody says: beside the executable and in
 * the source tree before installation, in the data folder after. Finding
 * none is no error. */
int assets_load_default(struct assets *a, struct prune_error *err);
void assets_done(struct assets *a);

/* The file of that path, or NULL. */
const struct asset *assets_find(const struct assets *a, const char *path);

/* The media type of a file's name. */
const char *assets_type(const char *path);

#endif

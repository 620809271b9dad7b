#include "data/idx.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"

enum { UNSIGNED_BYTES = 8, PIECE = 1 << 20 };

static int read_all(gzFile f, unsigned char *p, int64_t n)
{
    while (n > 0) {
        unsigned piece = n < PIECE ? (unsigned)n : PIECE;
        int k = gzread(f, p, piece);
        if (k <= 0)
            return -1;
        p += k;
        n -= k;
    }
    return 0;
}

static int read_head(gzFile f, struct shape *out, struct prune_error *err)
{
    unsigned char b[4];
    if (read_all(f, b, 4) || b[0] || b[1] || b[2] != UNSIGNED_BYTES || !b[3] ||
        b[3] > MAX_RANK)
        return err_set(err, PRUNE_E_INPUT,
                       "not an IDX file of unsigned bytes (such as "
                       "train-images-idx3-ubyte.gz)");
    struct shape s = {.rank = b[3]};
    for (int i = 0; i < s.rank; i++) {
        if (read_all(f, b, 4))
            return err_set(err, PRUNE_E_INPUT, "the IDX header is cut off");
        s.dims[i] = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }
    if (shape_numel(&s) < 0 || shape_numel(&s) > TENSOR_MAX_BYTES)
        return err_set(err, PRUNE_E_INPUT, "the IDX header promises too much");
    *out = s;
    return 0;
}

static int read_body(struct tensor **out, gzFile f, struct prune_error *err)
{
    struct shape s;
    int rc = read_head(f, &s, err);
    if (rc)
        return rc;
    struct tensor *t;
    rc = tensor_new(&t, DTYPE_U8, &s, err);
    if (rc)
        return rc;
    unsigned char more;
    if (read_all(f, t->data, (int64_t)t->size)) {
        tensor_unref(t);
        return err_set(err, PRUNE_E_INPUT, "the IDX file is cut off");
    }
    if (gzread(f, &more, 1) != 0) {
        tensor_unref(t);
        return err_set(err, PRUNE_E_INPUT,
                       "the IDX file is longer than its header says");
    }
    *out = t;
    return 0;
}

int idx_read(struct tensor **out, const char *path, struct prune_error *err)
{
    gzFile f = gzopen(path, "rbe");
    if (!f)
        return err_set(err, PRUNE_E_INPUT, "%s: %s", path, strerror(errno));
    int rc = read_body(out, f, err);
    gzclose(f);
    if (rc)
        err_prefix(err, "%s", path);
    return rc;
}

#include "measure/size.h"

#include <zstd.h>

#include "base/alloc.h"

enum { LEVEL = 3 };

struct zip {
    ZSTD_CCtx *c;
    char *piece; /* [room], overwritten again and again */
    size_t room;
    uint64_t size, fed;
    int64_t total;
    size_t result; /* of the last call, which may be an error */
};

/* The end comes with the last piece. */
static int feed(void *payload, const void *bytes, size_t n)
{
    struct zip *z = payload;
    ZSTD_inBuffer in = {bytes, n, 0};
    z->fed += n;
    int is_last = z->fed == z->size;
    do {
        ZSTD_outBuffer o = {z->piece, z->room, 0};
        z->result = ZSTD_compressStream2(
            z->c, &o, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(z->result))
            return -1;
        z->total += (int64_t)o.pos;
    } while (is_last ? z->result > 0 : in.pos < in.size);
    return 0;
}

static int feed_all(struct zip *z, measure_file_f *f, void *payload)
{
    const struct file_map *m;
    int bad = 0;
    for (size_t i = 0; (m = f(payload, i)); i++)
        z->size += m->size;
    ZSTD_CCtx_setParameter(z->c, ZSTD_c_compressionLevel, LEVEL);
    /* With the size known beforehand the result is the one of the command
     * line tool. */
    ZSTD_CCtx_setPledgedSrcSize(z->c, z->size);
    if (!z->size)
        return feed(z, "", 0);
    for (size_t i = 0; !bad && (m = f(payload, i)); i++)
        bad = file_each_piece(m, feed, z);
    return bad;
}

int measure_compressed_files(int64_t *out, measure_file_f *f, void *payload,
                             struct prune_error *err)
{
    struct zip z = {.c = ZSTD_createCCtx(), .room = ZSTD_CStreamOutSize()};
    z.piece = mem_calloc(z.room, 1);
    int rc = z.c && z.piece ? 0 : err_memory(err, "compression");
    if (!rc && feed_all(&z, f, payload))
        rc = err_set(err, PRUNE_E_FAILED, "zstd: %s",
                     ZSTD_getErrorName(z.result));
    mem_free(z.piece);
    ZSTD_freeCCtx(z.c);
    if (!rc)
        *out = z.total;
    return rc;
}

static const struct file_map *only_one(void *map, size_t i)
{
    return i ? NULL : map;
}

int measure_compressed(int64_t *out, const void *bytes, size_t n,
                       struct prune_error *err)
{
    struct file_map m = {.data = bytes, .size = n, .in_memory = 1};
    return measure_compressed_files(out, only_one, &m, err);
}

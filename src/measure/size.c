#include "measure/size.h"

#include <zstd.h>

#include "base/alloc.h"

enum { LEVEL = 3 };

int measure_compressed(int64_t *out, const void *bytes, size_t n,
                       struct prune_error *err)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    size_t room = ZSTD_CStreamOutSize();
    char *piece = mem_calloc(room, 1);
    int rc = c && piece ? 0 : err_memory(err, "compression");
    ZSTD_inBuffer in = {bytes, n, 0};
    int64_t total = 0;
    size_t left = 1;
    if (!rc) {
        ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, LEVEL);
        /* With the size known beforehand the result is the one of the
         * command line tool. */
        ZSTD_CCtx_setPledgedSrcSize(c, n);
    }
    while (!rc && left) {
        ZSTD_outBuffer o = {piece, room, 0};
        left = ZSTD_compressStream2(c, &o, &in, ZSTD_e_end);
        if (ZSTD_isError(left))
            rc = err_set(err, PRUNE_E_FAILED, "zstd: %s",
                         ZSTD_getErrorName(left));
        total += (int64_t)o.pos;
    }
    mem_free(piece);
    ZSTD_freeCCtx(c);
    if (!rc)
        *out = total;
    return rc;
}

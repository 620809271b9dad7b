#include <stdlib.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "onnx/onnx.h"
#include "ops/table.h"

/* What was read can be written, and what was written can be read. */
int FUZZ_NAME(const uint8_t *data, size_t size)
{
    struct graph *g = NULL, *h = NULL;
    unsigned char *bytes = NULL;
    size_t n;
    if (onnx_read_bytes(&g, data, size, "fuzz", ops_find, NULL))
        return 0;
    int rc = onnx_write_bytes(&bytes, &n, g, NULL);
    if (rc && rc != PRUNE_E_MEMORY)
        abort();
    if (!rc) {
        rc = onnx_read_bytes(&h, bytes, n, "written", ops_find, NULL);
        if (rc && rc != PRUNE_E_MEMORY)
            abort();
    }
    graph_free(h);
    graph_free(g);
    mem_free(bytes);
    return 0;
}

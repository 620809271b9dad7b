#include "engine/nd.h"

void nd_gather(float *out, const struct shape *s, const float *in,
               const int64_t strides[MAX_RANK])
{
    int64_t index[MAX_RANK] = {0};
    int64_t total = shape_numel(s);
    if (total <= 0)
        return;
    if (s->rank == 0) {
        out[0] = in[0];
        return;
    }
    int last = s->rank - 1;
    int64_t n = s->dims[last], step = strides[last];
    do {
        const float *from = in + nd_at(index, strides, last);
        for (int64_t i = 0; i < n; i++)
            out[i] = from[i * step];
        out += n;
    } while (nd_next(index, s->dims, last));
}
